using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Ccm.Bench.Servers;

namespace Ccm.Tests.Servers;

/// <summary>
/// One Redis process on loopback that keeps nothing on disk; or the server that <c>CCM_TEST_REDIS</c> names, which is neither started nor
/// ended here.
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    private const string HowToGetOne = "NO REDIS: its tests are skipped. Install redis-server, or name a running one in CCM_TEST_REDIS=host:port.";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static int _warned;
    private readonly string[] _arguments;
    private readonly string? _program;
    private readonly DirectoryInfo? _folder;
    private Container? _container;
    private Process? _process;

    private RedisServer(string endpoint, string? program, DirectoryInfo? folder, string[] arguments)
    {
        _arguments = arguments;
        Endpoint = endpoint;
        _program = program;
        _folder = folder;
    }

    /// <summary><c>host:port</c>, as <c>ConnectionStrings:redis</c> takes it.</summary>
    public string Endpoint { get; }

    /// <summary>
    /// The given server, else a process of the caller's own, else one in Docker, none of which the caller may end. Skips the calling test
    /// when none can be had.
    /// </summary>
    public static async Task<RedisServer> ObtainAsync()
    {
        if (Environment.GetEnvironmentVariable("CCM_TEST_REDIS") is { Length: > 0 } given)
            return new RedisServer(given, null, null, []);
        if (Find() is null && await Container.TryStartAsync("redis:8", 6379, "Ready to accept connections") is { } container)
            return new RedisServer($"127.0.0.1:{container.Port}", null, null, []) { _container = container };
        return await StartAsync();
    }

    /// <summary>A process of the caller's own, which it may end and empty. Skips the calling test when there is no program.</summary>
    /// <param name="arguments">Added to the command line; <c>{port}</c> stands for its port.</param>
    public static async Task<RedisServer> StartAsync(params string[] arguments)
    {
        if (Find() is not { } program)
        {
            if (Interlocked.Exchange(ref _warned, 1) == 0)
                await Console.Error.WriteLineAsync(HowToGetOne);
            Assert.Skip(HowToGetOne);
            throw new UnreachableException();
        }
        for (var attempt = 1; ; attempt++)
        {
            // Another process may take a free port before Redis does.
            var server = new RedisServer($"127.0.0.1:{LoopbackPort.Free()}", program, Directory.CreateTempSubdirectory("ccm-redis-"), arguments);
            try
            {
                await server.RunAsync();
                return server;
            }
            catch (InvalidOperationException) when (attempt < 3)
            {
                await server.DisposeAsync();
            }
        }
    }

    /// <summary>Ends it without warning, and with it what it held.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Starts it again after <see cref="KillAsync"/>, with the same address.</summary>
    public async Task RunAsync()
    {
        var port = Endpoint.Split(':')[1];
        _process = Process.Start(new ProcessStartInfo(_program!, ["--port", port, "--bind", "127.0.0.1", "--dir", _folder!.FullName, "--save", "", "--appendonly", "no", .. _arguments.Select(argument => argument.Replace("{port}", port, StringComparison.Ordinal))]) { RedirectStandardOutput = true })!;
        var serving = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null)
                serving.TrySetException(new InvalidOperationException("redis-server ended."));
            else if (line.Data.Contains("Ready to accept connections", StringComparison.Ordinal))
                serving.TrySetResult();
        };
        _process.BeginOutputReadLine();
        await serving.Task.WaitAsync(Patience, TimeProvider.System);
    }

    /// <summary>Forgets everything, as an operator's FLUSHALL does.</summary>
    public Task FlushAsync() => SendAsync("FLUSHALL");

    /// <summary>One command that answers one line, without its first character.</summary>
    public async Task<string> SendAsync(string command)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPEndPoint.Parse(Endpoint));
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{command}\r\n"));
        using var reader = new StreamReader(stream);
        var line = await reader.ReadLineAsync() ?? "";
        return line.StartsWith('-') ? throw new InvalidOperationException(line) : line[1..];
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await KillAsync();
        _folder?.Delete(recursive: true);
        if (_container is not null)
            await _container.DisposeAsync();
    }

    private static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Where(folder => folder.Length > 0)
        .Select(folder => Path.Combine(folder, "redis-server")).FirstOrDefault(File.Exists);
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Ccm.Tests.Servers;

/// <summary>
/// One etcd process on loopback, its data in a temporary folder; or the server that <c>CCM_TEST_ETCD</c> names, which is neither started
/// nor ended here.
/// </summary>
public sealed class EtcdServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly EtcdProgram? _program;
    private readonly string[] _arguments;
    private readonly DirectoryInfo? _folder;
    private Container? _container;
    private Process? _process;

    private EtcdServer(string endpoint, EtcdProgram? program, DirectoryInfo? folder, string[] arguments)
    {
        Endpoint = endpoint;
        _program = program;
        _folder = folder;
        _arguments = arguments;
    }

    /// <summary><c>host:port</c>, or an https URL, as <c>ConnectionStrings:etcd</c> takes it.</summary>
    public string Endpoint { get; }

    /// <summary>
    /// The given server, else a process of the caller's own, else one in Docker, none of which the caller may end. Skips the calling test
    /// when none can be had.
    /// </summary>
    public static async Task<EtcdServer> ObtainAsync()
    {
        if (Environment.GetEnvironmentVariable("CCM_TEST_ETCD") is { Length: > 0 } given)
            return new EtcdServer(given, null, null, []);
        if (await EtcdProgram.FindAsync() is null && await Container.TryStartAsync("quay.io/coreos/etcd:v3.6.14", 2379, "serving client traffic",
            "etcd", "--listen-client-urls", "http://0.0.0.0:2379", "--advertise-client-urls", "http://127.0.0.1:2379") is { } container)
            return new EtcdServer($"127.0.0.1:{container.Port}", null, null, []) { _container = container };
        return await StartAsync();
    }

    /// <summary>A process of the caller's own, with CCM's keys to itself. Skips the calling test when there is no program.</summary>
    /// <param name="arguments">Added to the command line.</param>
    public static async Task<EtcdServer> StartAsync(params string[] arguments)
    {
        var program = await EtcdProgram.FindAsync();
        if (program is null)
        {
            EtcdProgram.WarnOnce();
            Assert.Skip(EtcdProgram.HowToGetOne);
        }
        for (var attempt = 1; ; attempt++)
        {
            // Another process may take a free port before etcd does.
            var (client, peer) = FreePorts();
            var server = Prepare(program, "default", client, peer, $"default=http://127.0.0.1:{peer}", arguments.Contains("--cert-file") ? "https" : "http", arguments);
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

    /// <summary>One that has yet to be started with <see cref="RestartAsync"/>: a member of a cluster serves only once others do.</summary>
    /// <param name="cluster">All members as <c>name=peerUrl</c>, comma-separated.</param>
    internal static EtcdServer Prepare(EtcdProgram program, string name, int client, int peer, string cluster, string scheme, params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("ccm-etcd-");
        return new EtcdServer(scheme == "https" ? $"https://127.0.0.1:{client}" : $"127.0.0.1:{client}", program, folder, [
            "--name", name, "--data-dir", folder.FullName, "--unsafe-no-fsync", "--listen-client-urls", $"{scheme}://127.0.0.1:{client}", "--advertise-client-urls", $"{scheme}://127.0.0.1:{client}",
            "--listen-peer-urls", $"http://127.0.0.1:{peer}", "--initial-advertise-peer-urls", $"http://127.0.0.1:{peer}", "--initial-cluster", cluster, .. arguments]);
    }

    /// <summary>Ends it without warning. What it acknowledged is in its files.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Starts it again after <see cref="KillAsync"/>, with the same data and address.</summary>
    public Task RestartAsync() => RunAsync();

    /// <summary>Starts it again with the same address and nothing in it.</summary>
    public Task RestartEmptyAsync()
    {
        _folder!.Delete(recursive: true);
        _folder.Create();
        return RunAsync();
    }

    /// <summary>Keeps a copy of its data; only while it is killed.</summary>
    public void Save() => Copy(_folder!.FullName, Saved);

    /// <summary>Starts it again with what was saved: everything after that never happened.</summary>
    public Task RestartFromSavedAsync()
    {
        _folder!.Delete(recursive: true);
        Copy(Saved, _folder.FullName);
        return RunAsync();
    }

    /// <summary>It answers nothing until <see cref="Resume"/>; its connections stay open.</summary>
    public void Pause() => _process!.Pause();

    public void Resume() => _process!.Resume();

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await KillAsync();
        _folder?.Delete(recursive: true);
        if (_container is not null)
            await _container.DisposeAsync();
        if (_folder is not null && Directory.Exists(Saved))
            Directory.Delete(Saved, recursive: true);
    }

    private string Saved => _folder!.FullName + "-saved";

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy, overwrite: true);
        }
    }

    private async Task RunAsync()
    {
        var start = new ProcessStartInfo(_program!.Path) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in _arguments)
            start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
        var serving = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var last = "";
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null)
                serving.TrySetException(new InvalidOperationException($"etcd ended: {last}"));
            else if (line.Data.Contains("serving client traffic", StringComparison.Ordinal))
                serving.TrySetResult();
            last = line.Data ?? last;
        };
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        await serving.Task.WaitAsync(Patience, TimeProvider.System);
    }

    internal static (int Client, int Peer) FreePorts()
    {
        using var one = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var two = new Socket(SocketType.Stream, ProtocolType.Tcp);
        one.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        two.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (((IPEndPoint)one.LocalEndPoint!).Port, ((IPEndPoint)two.LocalEndPoint!).Port);
    }
}

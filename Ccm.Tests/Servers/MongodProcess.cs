using System.Diagnostics;
using Ccm.Bench.Servers;

namespace Ccm.Tests.Servers;

/// <summary>One <c>mongod</c> from PATH on loopback, its data in a temporary folder.</summary>
/// <remarks>Debian has none to try this with: it was compiled, and run against a stand-in that takes its arguments and logs its line.</remarks>
internal sealed class MongodProcess : IOwnServer
{
    /// <summary>It looks for what has expired every second, not every minute.</summary>
    public static readonly string[] Options = ["--setParameter", "ttlMonitorSleepSecs=1"];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ccm-mongod-");
    private readonly string _program;
    private Process? _process;

    private MongodProcess(string program) => _program = program;

    public int Port { get; } = LoopbackPort.Free();

    /// <summary>Null when PATH has none.</summary>
    public static async Task<MongodProcess?> TryStartAsync()
    {
        var program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Where(folder => folder.Length > 0)
            .Select(folder => Path.Combine(folder, "mongod")).FirstOrDefault(File.Exists);
        if (program is null)
            return null;
        for (var attempt = 1; ; attempt++)
        {
            // Another process may take a free port before mongod does.
            var server = new MongodProcess(program);
            try
            {
                await server.RestartAsync();
                return server;
            }
            catch (InvalidOperationException) when (attempt < 3)
            {
                await server.DisposeAsync();
            }
        }
    }

    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async Task RestartAsync()
    {
        _process = Process.Start(new ProcessStartInfo(_program, ["--dbpath", _folder.FullName, "--port", $"{Port}", "--bind_ip", "127.0.0.1", .. Options]) { RedirectStandardOutput = true })!;
        var serving = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var last = "";
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null)
                serving.TrySetException(new InvalidOperationException($"mongod ended: {last}"));
            else if (line.Data.Contains("Waiting for connections", StringComparison.Ordinal))
                serving.TrySetResult();
            last = line.Data ?? last;
        };
        _process.BeginOutputReadLine();
        await serving.Task.WaitAsync(Patience, TimeProvider.System);
    }

    public Task PauseAsync()
    {
        _process!.Pause();
        return Task.CompletedTask;
    }

    public Task ResumeAsync()
    {
        _process!.Resume();
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await KillAsync();
        _folder.Delete(recursive: true);
    }
}

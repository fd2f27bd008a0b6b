using System.Diagnostics;

namespace Ccm.Bench.Servers;

/// <summary>An etcd of its own on loopback, its data in a temporary folder that goes with it.</summary>
internal sealed class EtcdProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ccm-bench-etcd-");

    private EtcdProcess(Process process, string endpoint) => (Process, Endpoint) = (process, endpoint);

    public Process Process { get; }

    /// <summary><c>host:port</c>.</summary>
    public string Endpoint { get; }

    /// <param name="waitsForDisk">As etcd does unless told otherwise; else (<c>--unsafe-no-fsync</c>) the program is measured and not a shared disk.</param>
    public static async Task<EtcdProcess> StartAsync(bool waitsForDisk = false)
    {
        var program = Path.Combine(await FolderAsync(), "etcd");
        var (client, peer) = ($"127.0.0.1:{LoopbackPort.Free()}", $"http://127.0.0.1:{LoopbackPort.Free()}");
        var server = new EtcdProcess(new Process(), client);
        server.Process.StartInfo = new ProcessStartInfo(program, [
            "--data-dir", server._folder.FullName, waitsForDisk ? "--unsafe-no-fsync=false" : "--unsafe-no-fsync", "--quota-backend-bytes", "8589934592",
            "--listen-client-urls", $"http://{client}", "--advertise-client-urls", $"http://{client}",
            "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", $"default={peer}"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        await server.ServeAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        Process.Kill();
        await Process.WaitForExitAsync();
        Process.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task ServeAsync()
    {
        var serving = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var last = "";
        Process.OutputDataReceived += (_, _) => { };
        Process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null)
                serving.TrySetException(new BenchException($"etcd ended: {last}"));
            else if (line.Data.Contains("serving client traffic", StringComparison.Ordinal))
                serving.TrySetResult();
            last = line.Data ?? last;
        };
        Process.Start();
        Process.BeginErrorReadLine();
        Process.BeginOutputReadLine();
        await serving.Task.WaitAsync(Patience, TimeProvider.System);
    }

    /// <summary>Where an etcd new enough lies; fetched when there is none.</summary>
    private static async Task<string> FolderAsync()
    {
        using var script = Process.Start(new ProcessStartInfo("bash", [Path.Combine(Repository.Root, "eng", "get-etcd.sh")]) { RedirectStandardOutput = true })!;
        var said = await script.StandardOutput.ReadToEndAsync();
        await script.WaitForExitAsync();
        return script.ExitCode == 0 ? said.TrimEnd().Split('\n')[^1] : throw new BenchException("No etcd: eng/get-etcd.sh found none and could fetch none.");
    }
}

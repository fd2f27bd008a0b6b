using System.Diagnostics;

namespace Ccm.Tests.Servers;

/// <summary>An etcd of 3.5 or newer on this machine: on PATH, else where <c>eng/get-etcd.sh</c> keeps its copy.</summary>
internal sealed record EtcdProgram(string Path)
{
    public const string HowToGetOne =
        "NO ETCD: its tests are skipped. Run eng/get-etcd.sh, put an etcd >= 3.5 on PATH, or name a running one in CCM_TEST_ETCD=host:port.";

    private static readonly Version Oldest = new(3, 5);
    private static readonly Lazy<Task<EtcdProgram?>> Found = new(SearchAsync);
    private static int _warned;

    public static Task<EtcdProgram?> FindAsync() => Found.Value;

    public static void WarnOnce()
    {
        if (Interlocked.Exchange(ref _warned, 1) == 0)
            Console.Error.WriteLine(HowToGetOne);
    }

    private static async Task<EtcdProgram?> SearchAsync()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var cache = Environment.GetEnvironmentVariable("CCM_TEST_CACHE") is { Length: > 0 } given ? given : System.IO.Path.Combine(home, ".cache", "ccm");
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator).Append(System.IO.Path.Combine(cache, "etcd", "usr", "bin"));
        foreach (var file in folders.Where(folder => folder.Length > 0).Select(folder => System.IO.Path.Combine(folder, "etcd")).Where(File.Exists))
        {
            if (await IsNewEnoughAsync(file))
                return new EtcdProgram(file);
        }
        return null;
    }

    private static async Task<bool> IsNewEnoughAsync(string file)
    {
        using var process = Process.Start(new ProcessStartInfo(file, "--version") { RedirectStandardOutput = true })!;
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return text.Split('\n')[0].Split(": ") is [_, var version] && Version.TryParse(version.Trim().Split('-')[0], out var known) && known >= Oldest;
    }
}

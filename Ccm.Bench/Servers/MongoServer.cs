using System.Diagnostics;
using Ccm.Tests.Servers.MongoGateway;

namespace Ccm.Bench.Servers;

/// <summary>The MongoDB-compatible server that the tests use too, with data of its own; see the README for what it is and is not.</summary>
internal static class MongoServer
{
    public static async Task<Gateway> StartAsync()
    {
        using var script = Process.Start(new ProcessStartInfo("bash", [Script("get-documentdb.sh")]) { RedirectStandardOutput = true })!;
        var said = await script.StandardOutput.ReadToEndAsync();
        await script.WaitForExitAsync();
        if (script.ExitCode != 0)
            throw new BenchException("No MongoDB-compatible server: eng/get-documentdb.sh could not fetch one.");
        return await Gateway.StartAsync(Script("run-documentdb.sh"), said.TrimEnd().Split('\n')[^1]);
    }

    private static string Script(string name) => Path.Combine(Repository.Root, "eng", name);
}

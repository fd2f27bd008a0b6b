using System.Diagnostics;

namespace Ccm.Tests.Docs;

/// <summary>Docker Compose itself, which reads a file without any engine: the one that <c>eng/get-compose.sh</c> finds or fetches.</summary>
internal static class ComposeProgram
{
    private const string HowToGetOne = "NO DOCKER COMPOSE: the Compose file is not read by it. Run eng/get-compose.sh, or put docker-compose 2 or newer on PATH.";
    private static readonly Lazy<Task<string?>> Found = new(FindAsync);

    /// <summary>The exit code of <c>docker-compose config</c> and what it said of the file. Skips the calling test where there is none.</summary>
    public static async Task<(int Code, string Said)> ConfigAsync(string folder, string file, string variables)
    {
        var program = await Found.Value;
        Assert.SkipWhen(program is null, HowToGetOne);
        return await RunAsync(program, folder, ["-f", file, "--env-file", variables, "config", "--quiet"]);
    }

    private static async Task<string?> FindAsync()
    {
        var (code, said) = await RunAsync("bash", Repository.Root, [Path.Combine("eng", "get-compose.sh")]);
        if (code != 0)
            await Console.Error.WriteLineAsync(HowToGetOne);
        return code == 0 ? said.TrimEnd().Split('\n')[^1] : null;
    }

    private static async Task<(int, string)> RunAsync(string program, string folder, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var faults = process.StandardError.ReadToEndAsync();
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, said.Length > 0 ? said : await faults);
    }
}

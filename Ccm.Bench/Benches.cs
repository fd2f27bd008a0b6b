namespace Ccm.Bench;

/// <summary>Finds the bench that the command line names.</summary>
internal static class Benches
{
    /// <returns>The exit code: 0 it ran, 1 it could not, 2 there is none of that name.</returns>
    public static async Task<int> RunAsync(string[] args, IReadOnlyDictionary<string, (string What, Func<Task> Run)> benches)
    {
        if (args is not [var name] || !benches.TryGetValue(name, out var bench))
        {
            await Console.Error.WriteLineAsync(args is [var given] ? $"There is no bench '{given}'." : "Name one bench.");
            await Console.Error.WriteLineAsync("  dotnet run -c Release --project Ccm.Bench -- <name>");
            foreach (var (known, (what, _)) in benches)
                await Console.Error.WriteLineAsync($"  {known,-10} {what}");
            return 2;
        }
        try
        {
            await bench.Run();
            return 0;
        }
        catch (BenchException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 1;
        }
    }
}

/// <summary>A bench cannot go on, in words that say what is missing.</summary>
internal sealed class BenchException(string message) : Exception(message);

namespace Ccm.Bench.MainJob;

internal static class MainJobBench
{
    public static Task RunAsync() => throw new BenchException("Not there yet.");
}

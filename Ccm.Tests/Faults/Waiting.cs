namespace Ccm.Tests.Faults;

internal static class Waiting
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>The call is over, so that its answer has been lost by now or never will be.</summary>
    public static async Task OrMissedAsync(this Task lost, CallRecord record) =>
        Assert.True(await Task.WhenAny(lost, Task.Delay(Longest, TimeProvider.System)) == lost, $"No answer was lost: {record}");
}

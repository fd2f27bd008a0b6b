namespace Ccm.Tests.Servers;

/// <summary>What never comes fails the test instead of holding it up; no test counts on how long anything takes.</summary>
internal static class Patience
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    public static Task<T> OrLate<T>(this Task<T> task) => task.WaitAsync(Longest, TimeProvider.System, TestContext.Current.CancellationToken);

    public static Task OrLate(this Task task) => task.WaitAsync(Longest, TimeProvider.System, TestContext.Current.CancellationToken);
}

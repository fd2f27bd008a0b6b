using System.Diagnostics;

namespace Ccm.Tests.Story;

/// <summary>What the settings make impossible is one line that names the setting, and exit code 1.</summary>
public sealed class StartFailureTests
{
    [Theory]
    [InlineData("--Ccm:Simulator:Speed=0", "Ccm:Simulator")]
    [InlineData("--Ccm:Simulator:Speed=fast", "Ccm:Simulator:Speed")]
    [InlineData("--Ccm:Leadership:LeaseTtl=00:00:01", "Ccm:Leadership:LeaseTtl is 00:00:01: give 00:00:02 to 00:05:00")]
    [InlineData("--ConnectionStrings:etcd=::bad::", "ConnectionStrings:etcd")]
    [InlineData("--ConnectionStrings:mongodb=http://127.0.0.1", "ConnectionStrings:mongodb cannot be read")]
    [InlineData("--environment=Production", "Ccm:Embedded=true")]
    [InlineData("--Ccm:DataDirectory=/proc/none", "Ccm:DataDirectory")]
    public async Task Start_WithASettingThatCannotBe_SaysSoInOneLine(string argument, string named)
    {
        using var directory = new TemporaryDirectory();
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "Ccm.Portal.dll"), "--environment", "Development", "--urls", "http://127.0.0.1:0", $"--Ccm:DataDirectory={directory.Path}", argument])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var said = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await output;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, process.ExitCode);
        var line = Assert.Single(said.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("CCM cannot start: ", line, StringComparison.Ordinal);
        Assert.Contains(named, line, StringComparison.Ordinal);
    }
}

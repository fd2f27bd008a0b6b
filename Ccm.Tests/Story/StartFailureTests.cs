using System.Diagnostics;
using System.Net;
using Ccm.Tests.Servers;

namespace Ccm.Tests.Story;

/// <summary>What the settings make impossible is one line that names the setting, and exit code 1.</summary>
public sealed class StartFailureTests
{
    [Theory]
    [InlineData("--Ccm:Simulator:Speed=0", "CCM cannot start: Ccm:Simulator: The field Speed must be between")]
    [InlineData("--Ccm:Hosts:Static:lab-1:Url=https://127.0.0.1:9", "CCM cannot start: Ccm:Hosts:Static:lab-1:Username is missing: give")]
    [InlineData("--Ccm:Simulator:Speed=fast", "Ccm:Simulator:Speed")]
    [InlineData("--Ccm:Leadership:LeaseTtl=00:00:01", "Ccm:Leadership:LeaseTtl is 00:00:01: give 00:00:02 to 00:05:00")]
    [InlineData("--Ccm:Lifecycle:UnreachableLimit=00:00:00", "Ccm:Lifecycle:UnreachableLimit is 00:00:00: give more than")]
    [InlineData("--Ccm:Scaling:StoppedLimit=00:05:00", "Ccm:Scaling:StoppedLimit is 00:05:00, shorter than Ccm:Scaling:IdleCooldown with 00:15:00")]
    [InlineData("--Ccm:Lifecycle:LeadMarginMinutes=1440 --Ccm:Control:BookingHorizonDays=1", "Lower the one or raise the other")]
    [InlineData("--ConnectionStrings:etcd=::bad::", "ConnectionStrings:etcd")]
    [InlineData("--ConnectionStrings:mongodb=http://127.0.0.1", "ConnectionStrings:mongodb cannot be read")]
    [InlineData("--ConnectionStrings:redis=127.0.0.1:6379,nosuchoption=1", "ConnectionStrings:redis cannot be read")]
    [InlineData("--Ccm:Proxy:KnownNetworks=10.0.0.0/8,somewhere", "Ccm:Proxy:KnownNetworks has 'somewhere'")]
    [InlineData("--environment=Production", "Ccm:Embedded=true")]
    [InlineData("--Ccm:DataDirectory=/proc/none", "Ccm:DataDirectory")]
    [InlineData("--ConnectionStrings:etcd=http://user:secret@127.0.0.1:2379", "Ccm:Etcd:Username")]
    [InlineData("--Ccm:Etcd:Username=ccm", "Ccm:Etcd:Username is set, but ConnectionStrings:etcd names no server")]
    [InlineData("--ConnectionStrings:etcd=127.0.0.1:1 --Ccm:Etcd:Username=ccm", "Ccm:Etcd:Password is not: set both or neither")]
    [InlineData("--ConnectionStrings:etcd=127.0.0.1:1 --Ccm:Etcd:CaFile=/proc/version", "Ccm:Etcd:CaFile is set, but ConnectionStrings:etcd names plain endpoints")]
    [InlineData("--ConnectionStrings:etcd=https://127.0.0.1:1 --Ccm:Etcd:CaFile=/proc/version", "Ccm:Etcd:CaFile is '/proc/version', which cannot be used")]
    [InlineData("--ConnectionStrings:etcd=https://127.0.0.1:1 --Ccm:Etcd:CaFile=/proc/none", "Ccm:Etcd:CaFile is '/proc/none', and there is no such file")]
    public async Task Start_WithASettingThatCannotBe_SaysSoInOneLine(string arguments, string named) =>
        Assert.Contains(named, await RefusedAsync(arguments.Split(' ')), StringComparison.Ordinal);

    [Fact]
    public async Task Start_EtcdRefusesThePassword_SaysSoInOneLine()
    {
        await using var etcd = await EtcdServer.StartAsync();
        await EtcdUsers.RequireAsync(etcd);
        var line = await RefusedAsync($"--ConnectionStrings:etcd={etcd.Endpoint}", "--Ccm:Etcd:Username=ccm", "--Ccm:Etcd:Password=not-the-one");
        Assert.Contains("correct Ccm:Etcd:Username and Ccm:Etcd:Password", line, StringComparison.Ordinal);
        Assert.DoesNotContain("not-the-one", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_EtcdTooOld_SaysSoInOneLine()
    {
        await using var old = await OldEtcd.StartAsync();
        Assert.Contains("runs etcd 3.4.37: ConnectionStrings:etcd takes 3.5 or newer", await RefusedAsync($"--ConnectionStrings:etcd={old.Endpoint}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_NothingListens_WaitsSaysWhyAndServesOnceItIsThere()
    {
        using var directory = new TemporaryDirectory();
        await using var etcd = await EtcdServer.StartAsync();
        await etcd.KillAsync();
        await using var portal = await PortalProcess.StartUnreadyAsync($"--Ccm:DataDirectory={directory.Path}", $"--ConnectionStrings:etcd={etcd.Endpoint}");

        using var answer = await portal.Client.GetAsync(new Uri("/health/ready", UriKind.Relative), TestContext.Current.CancellationToken);
        var said = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains($"etcd (ConnectionStrings:etcd): nothing listens at {etcd.Endpoint}", said, StringComparison.Ordinal);

        await etcd.RestartAsync();

        await portal.ReadyAsync();
        Assert.Equal("etcd", (await portal.GetAsync("/api/v1/system/status")).GetProperty("stores").GetProperty("state").GetProperty("kind").GetString());
    }

    /// <summary>The one line that it says before it ends.</summary>
    internal static async Task<string> RefusedAsync(params string[] arguments)
    {
        using var directory = new TemporaryDirectory();
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "Ccm.Portal.dll"), "--environment", "Development", "--urls", "http://127.0.0.1:0", $"--Ccm:DataDirectory={directory.Path}", .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var said = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain("   at ", await output, StringComparison.Ordinal);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, process.ExitCode);
        var line = Assert.Single(said.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("CCM cannot start: ", line, StringComparison.Ordinal);
        return line;
    }
}

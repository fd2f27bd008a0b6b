using Ccm.Engine.Domain;
using Ccm.Engine.Hosting;
using Ccm.Engine.Lifecycle;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Ccm.Tests.Booking;

/// <summary>Times that cannot be, alone or together, name their setting and what would be right.</summary>
public sealed class SettingsTests
{
    [Theory]
    [InlineData("Ccm:Scaling:IdleCooldown", "-00:00:01", "Ccm:Scaling:IdleCooldown is -00:00:01: give 00:00:00 to")]
    [InlineData("Ccm:Scaling:StoppedLimit", "-00:00:01", "Ccm:Scaling:StoppedLimit is -00:00:01: give 00:00:00 to")]
    [InlineData("Ccm:Scaling:StoppedLimit", "00:14:59", "Raise the one or lower the other")]
    [InlineData("Ccm:Lifecycle:UnreachableLimit", "00:00:00", "Ccm:Lifecycle:UnreachableLimit is 00:00:00: give more than 00:00:00")]
    [InlineData("Ccm:Lifecycle:Sweep", "00:00:00", "Ccm:Lifecycle:Sweep is 00:00:00: give more than 00:00:00")]
    [InlineData("Ccm:Lifecycle:CollectingLimit", "00:00:00", "Ccm:Lifecycle:CollectingLimit is 00:00:00: give more than 00:00:00")]
    [InlineData("Ccm:Lifecycle:GradingLimit", "-01:00:00", "Ccm:Lifecycle:GradingLimit is -01:00:00: give more than 00:00:00")]
    [InlineData("Ccm:Lifecycle:GradingLimit", "367.00:00:00", "Ccm:Lifecycle:GradingLimit is 367.00:00:00: give more than 00:00:00")]
    [InlineData("Ccm:Retention:History", "-00:00:01", "Ccm:Retention:History is -00:00:01")]
    [InlineData("Ccm:Retention:Terminated", "-00:00:01", "Ccm:Retention:Terminated is -00:00:01")]
    public void Setting_OutOfRange_NamesItAndTheFix(string setting, string value, string told) =>
        Assert.Contains(Refusals(new() { [setting] = value }), failure => failure.Contains(told, StringComparison.Ordinal));

    [Theory]
    [InlineData("1440", "1", true)]
    [InlineData("1439", "1", false)]
    [InlineData("1440", "2", false)]
    public void LeadMargin_AgainstTheHorizon_MustBeShorter(string margin, string horizon, bool refused) =>
        Assert.Equal(refused, Refusals(new() { ["Ccm:Lifecycle:LeadMarginMinutes"] = margin, ["Ccm:Control:BookingHorizonDays"] = horizon }).Any(failure =>
            failure.Contains("Ccm:Lifecycle:LeadMarginMinutes is as long as Ccm:Control:BookingHorizonDays", StringComparison.Ordinal)));

    /// <summary>Only a sweep finds out that the host of a running worker is silent.</summary>
    [Theory]
    [InlineData(3600, 300, 300)]
    [InlineData(30, 10, 10)]
    [InlineData(30, 300, 30)]
    public void SweepEvery_AgainstTheUnreachableLimit_IsNoLonger(int sweep, int limit, int every) => Assert.Equal(
        TimeSpan.FromSeconds(every), new LifecycleOptions { Sweep = TimeSpan.FromSeconds(sweep), UnreachableLimit = TimeSpan.FromSeconds(limit) }.SweepEvery);

    /// <summary>A real lab takes its time to start, whatever the simulator does.</summary>
    [Theory]
    [InlineData(false, 310)]
    [InlineData(true, 920)]
    public void Lead_BesideListedHosts_IsInRealTime(bool listed, int seconds)
    {
        Dictionary<string, string?> settings = listed ? new() { ["Ccm:Hosts:Static:a:Url"] = "https://cml-1.example.org", ["Ccm:Hosts:Static:a:Username"] = "ccm", ["Ccm:Hosts:Static:a:Password"] = "x" } : [];
        using var provider = Provider(settings);
        Assert.Equal(seconds, provider.GetRequiredService<PlanningTimes>().Lead(nodes: 300).TotalSeconds, 1.0);
    }

    [Fact]
    public void Defaults_AreTaken() => Assert.Empty(Refusals([]));

    private static List<string> Refusals(Dictionary<string, string?> settings)
    {
        using var provider = Provider(settings);
        try
        {
            provider.GetRequiredService<IStartupValidator>().Validate();
            return [];
        }
        catch (OptionsValidationException refused)
        {
            return [.. refused.Failures];
        }
    }

    private static ServiceProvider Provider(Dictionary<string, string?> settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        return new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddLogging().AddCcmEngine(configuration).BuildServiceProvider();
    }
}

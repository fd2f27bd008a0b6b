using Ccm.Engine.Hosting;
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

    [Theory]
    [InlineData("00:05:01", true)]
    [InlineData("00:05:00", false)]
    public void Sweep_AgainstTheUnreachableLimit_MustNotBeLonger(string sweep, bool refused) =>
        Assert.Equal(refused, Refusals(new() { ["Ccm:Lifecycle:Sweep"] = sweep }).Any(failure =>
            failure.Contains("Ccm:Lifecycle:Sweep is 00:05:01, longer than Ccm:Lifecycle:UnreachableLimit with 00:05:00", StringComparison.Ordinal)));

    /// <summary>A real lab takes its time to start, whatever the simulator does.</summary>
    [Theory]
    [InlineData(null, true)]
    [InlineData("2", true)]
    [InlineData("1", false)]
    public void Speed_BesideListedHosts_MustBeReal(string? speed, bool refused)
    {
        Dictionary<string, string?> settings = new() { ["Ccm:Hosts:Static:a:Url"] = "https://cml-1.example.org", ["Ccm:Hosts:Static:a:Username"] = "ccm", ["Ccm:Hosts:Static:a:Password"] = "x" };
        if (speed is not null)
            settings["Ccm:Simulator:Speed"] = speed;
        Assert.Equal(refused, Refusals(settings).Any(failure => failure.Contains("Ccm:Hosts:Static lists hosts, whose labs start in real time: set Ccm:Simulator:Speed=1", StringComparison.Ordinal)));
    }

    [Fact]
    public void Defaults_AreTaken() => Assert.Empty(Refusals([]));

    private static List<string> Refusals(Dictionary<string, string?> settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        using var provider = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddLogging().AddCcmEngine(configuration).BuildServiceProvider();
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
}

using System.Collections.Immutable;
using System.Globalization;
using Ccm.Engine.Domain;
using Ccm.Tests.Faults.Checking;

namespace Ccm.Tests.Week;

/// <summary>A week of bookings in seconds: seven days of a clock that jumps, with everything that goes wrong in one.</summary>
public sealed class WeekTests
{
    private const string SeedSetting = "CCM_TEST_WEEK_SEED";

    [Fact]
    public async Task Week_OfBookingsAndFaults_HoldsTheInvariantsAtEveryRevision()
    {
        var seed = Environment.GetEnvironmentVariable(SeedSetting) is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next();
        var began = TimeProvider.System.GetTimestamp();
        await using var engine = await WeekEngine.StartAsync(seed);
        var week = new SimulatedWeek(engine, new Random(seed));
        await week.RunAsync();

        var final = await engine.State.ListAsync("", 0, CancellationToken.None);
        var trail = await engine.Trail.ReadChainAsync(1, int.MaxValue, CancellationToken.None);
        var report = WeekReport.Of([.. engine.State.History.Select(batch => new RecordedBatch(engine.Now, batch))], final, trail, [.. week.Asked]);
        var text = string.Create(CultureInfo.InvariantCulture, $"""
            A week of {week.Booked} bookings, {week.Refused} requests refused, {week.Failovers} failovers, {week.HostsLost} hosts lost, {engine.Store.Lost} answers lost; {SeedSetting}={seed}
            {report}
            in {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s
            """);
        TestContext.Current.SendDiagnosticMessage("{0}", text);

        Assert.True(report.Violations.IsEmpty, $"{text}\n{string.Join('\n', report.Violations.Take(20))}");
        Assert.Equal(0, week.FencesBroken);
        Assert.True(engine.Cache.Current.Instances.Values.All(instance => instance.Value.State == InstanceState.Terminated), text);
        Assert.True(engine.Cache.Current.Workers.Values.All(worker => worker.IsEmpty), text);
        Assert.Equal(week.Booked, report.Outcomes.Values.Sum());
        Assert.True(report.Outcomes[Outcome.Completed] > week.Booked / 2, text);
        Assert.True(report.Cost < report.AlwaysOnCost, text);
    }
}

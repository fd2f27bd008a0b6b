using Ccm.Engine.Domain;
using Ccm.Engine.Hosts;
using Ccm.Engine.Hosts.Simulated;
using Ccm.Engine.Scheduling;
using Ccm.Tests.Components;
using Ccm.Tests.Domain;
using Ccm.Tests.Servers;
using Microsoft.Extensions.Options;

namespace Ccm.Tests.Hosts;

/// <summary>Misfortune by setting: the same workers are always the ones that have it.</summary>
public sealed class SimulatedFaultsTests
{
    private const int Hosts = 400;
    private static readonly TimeSpan Boot = TimeSpan.FromMinutes(18);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Boot_SlowBootRate_IsTheShareThatIsLate()
    {
        var options = new SimulatorOptions { Speed = 1, SlowBootRate = 0.25, SlowBootFactor = 3 };

        var late = await NotReadyAfterAsync(options, Boot);

        Assert.InRange(late.Length, Hosts * 0.18, Hosts * 0.32);
        Assert.Equal(late, await NotReadyAfterAsync(options, Boot));
        Assert.Equal(late, await NotReadyAfterAsync(options, (Boot * 3) - TimeSpan.FromSeconds(1)));
        Assert.Empty(await NotReadyAfterAsync(options, Boot * 3));
    }

    [Fact]
    public async Task Describe_LostHostRate_IsTheShareThatVanishesWithinAnHour()
    {
        var options = new SimulatorOptions { Speed = 1, LostHostRate = 0.1 };

        var lost = await NotReadyAfterAsync(options, Boot + TimeSpan.FromHours(1));

        Assert.InRange(lost.Length, Hosts * 0.06, Hosts * 0.14);
        Assert.Equal(lost, await NotReadyAfterAsync(options, Boot + TimeSpan.FromDays(9)));
        Assert.InRange((await NotReadyAfterAsync(options, Boot + TimeSpan.FromMinutes(30))).Length, 1, lost.Length - 1);
        Assert.Empty(await NotReadyAfterAsync(options, Boot - TimeSpan.FromTicks(1), HostPhase.Booting));
    }

    [Fact]
    public async Task Describe_NoRates_LosesNothingAndIsNeverLate() => Assert.Empty(await NotReadyAfterAsync(new SimulatorOptions { Speed = 1 }, Boot));

    [Fact]
    public async Task Describe_VanishedHost_IsConfirmedGoneAndItsLabsAreSilent()
    {
        var (fleet, time) = Fleet(new SimulatorOptions { Speed = 1, LostHostRate = 1 });
        var worker = Sample.Worker();
        await fleet.CreateAsync(worker, Cancellation);
        time.Jump(Boot + TimeSpan.FromHours(1));

        Assert.Null(await fleet.DescribeAsync(worker, Cancellation));
        await Assert.ThrowsAsync<HostUnreachableException>(() => fleet.Labs.ListAsync(worker, Cancellation));
    }

    private static (IWorkerProvider Fleet, ManualTime Time) Fleet(SimulatorOptions options)
    {
        var time = new ManualTime();
        return (new SimulatedFleet(new MemoryStateStore(), Options.Create(options), new PlanningTimes(TimeSpan.Zero, options.Speed), time), time);
    }

    /// <summary>Which of the workers w-0 to w-399 are not in that phase so long after they were ordered.</summary>
    private static async Task<string[]> NotReadyAfterAsync(SimulatorOptions options, TimeSpan passed, HostPhase phase = HostPhase.Ready)
    {
        var (fleet, time) = Fleet(options);
        Worker[] workers = [.. Enumerable.Range(0, Hosts).Select(n => Sample.Worker($"w-{n}"))];
        foreach (var worker in workers)
            await fleet.CreateAsync(worker, Cancellation);
        time.Jump(passed);
        var others = new List<string>();
        foreach (var worker in workers)
        {
            if ((await fleet.DescribeAsync(worker, Cancellation))?.Phase != phase)
                others.Add(worker.Id);
        }
        return [.. others];
    }
}

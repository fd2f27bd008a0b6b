using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Labs;
using Ccm.Engine.Scheduling;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Ccm.Tests.Domain;
using Ccm.Tests.Watching;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Ccm.Tests.Scheduling;

/// <summary>A full plan as it is really written: the planner's reckoning of operations and bytes against the store's own limits.</summary>
public sealed class PlacementTransactionTests
{
    private static readonly PlanningTimes Times = new(TimeSpan.FromMinutes(5), 1);

    [Theory]
    [InlineData(200, 60, 20, 2)] // A worker each, nearly: operations run out first.
    [InlineData(200, 2, 1, 2)] // Few workers: operations of instances run out first.
    [InlineData(200, 60, 1, 100)] // Many ports: bytes run out first.
    [InlineData(3, 3, 100, PortTemplate.Most)] // Labs with as many ports as a lab may have.
    public async Task PlaceAsync_FullPlan_IsATransactionTheStoreTakes(int labs, int workers, int memory, int ports)
    {
        var long63 = new string('p', 56);
        var fleet = Sample.Fleet(
            Enumerable.Range(0, labs).Select(n => (Sample.Instance($"instance-0123456789abcdef-{n:000}") with
            {
                Request = Sample.Request(cpu: 0, memory: memory, storage: 0, licensedNodes: 0) with { PortNames = [.. Enumerable.Range(0, ports).Select(p => $"{long63}_{p}")] },
            }, (string?)null)),
            Enumerable.Range(0, workers).Select(n => Sample.Worker($"worker-0123456789abcdef-{n:00}")));
        var plan = PlacementPlanner.Plan(fleet, Sample.Now, Times);
        await using var store = new FakeStateStore();
        using var cache = new WatchCache(store, TimeProvider.System, NullLogger<WatchCache>.Instance);
        var control = new ControlPlane(store, null!, null!, null!, cache, Options.Create(new ControlOptions()), Times, new FakeTimeProvider(Sample.Now), NullLogger<ControlPlane>.Instance);

        var placed = await control.PlaceAsync(new StateGuard.Created(StateKeys.SchedulerLeader, 1), plan.Placements, TestContext.Current.CancellationToken);

        Assert.NotEmpty(plan.Placements);
        Assert.Equal(plan.Placements.Select(placement => placement.Instance.Id).Order(), placed.Instances.Select(instance => instance.Id).Order());
        var transaction = Assert.Single(store.Committed);
        var touched = plan.Placements.Select(placement => placement.Worker.Id).Distinct().Count();
        Assert.Equal(1 + (2 * plan.Placements.Length) + (2 * touched), transaction.Puts.Length + transaction.Deletes.Length);
        Assert.Equal(2 + plan.Placements.Length + (3 * touched), transaction.Guards.Length);
    }
}

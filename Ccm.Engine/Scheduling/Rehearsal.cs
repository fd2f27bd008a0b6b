using System.Collections.Immutable;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Microsoft.Extensions.Hosting;

namespace Ccm.Engine.Scheduling;

/// <summary>
/// Plans one made-up placement at start and tries to commit it under a fence that no term has. A standby has never placed anything; it
/// would otherwise compile the whole way from plan to transaction in the very moment in which it takes over.
/// </summary>
internal sealed class Rehearsal(ControlPlane control, WatchCache cache, PlanningTimes times, TimeProvider time) : BackgroundService
{
    private static readonly StateGuard NoTerm = new StateGuard.Created(StateKeys.SchedulerLeader, long.MaxValue);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await cache.Ready.WaitAsync(stoppingToken);
            var now = time.GetUtcNow();
            await control.PlaceAsync(NoTerm, PlacementPlanner.Plan(Fleet(now), now, times).Placements, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped before it came to it.
        }
    }

    /// <summary>One instance that waits and one worker with room.</summary>
    internal static FleetSnapshot Fleet(DateTimeOffset now)
    {
        var instance = new LabletInstance
        {
            Id = "i-rehearsal", State = InstanceState.Pending, DefinitionId = "rehearsal", Version = "1.0.0", OwnerId = "rehearsal", AsSoonAsPossible = true, DurationMinutes = 1,
            Request = new LabRequest { Resources = new LabResources(1, 1, 1, false), Nodes = 1, LicensedNodes = 1, PortNames = ["serial"] },
            LastTransition = new Transition<InstanceState>(null, InstanceState.Pending, now, "rehearsal", "Made up."),
            CreatedAt = now, CreatedBy = "rehearsal", OperationId = "rehearsal",
        };
        var worker = new Worker
        {
            Id = "w-rehearsal", State = WorkerState.Running, Template = "rehearsal", TemplateRevision = 1, Provider = "rehearsal", Region = "local", LicenseType = LicenseType.Enterprise, CmlVersion = "2.8.1",
            Declared = new Capacity(8, 8, 8, 8), PortRange = new PortRange(2000, 2009), StartupTimeMinutes = 1, RestartTimeMinutes = 1, DrainTimeoutHours = 1,
            LastTransition = new Transition<WorkerState>(null, WorkerState.Running, now, "rehearsal", "Made up."),
            CreatedAt = now, CreatedBy = "rehearsal", OperationId = "rehearsal",
        };
        return FleetSnapshot.Empty with
        {
            Instances = ImmutableDictionary<string, InstanceEntry>.Empty.Add(instance.Id, new InstanceEntry(instance, 1, null)),
            InstancesByState = ImmutableDictionary<InstanceState, ImmutableHashSet<string>>.Empty.Add(InstanceState.Pending, [instance.Id]),
            Workers = ImmutableDictionary<string, WorkerEntry>.Empty.Add(worker.Id,
                new WorkerEntry(new(worker, 1), new(AvailableCapacity.Of(worker.Declared, now), 1), new(PortBitmap.Empty(worker.PortRange), 1))),
        };
    }
}

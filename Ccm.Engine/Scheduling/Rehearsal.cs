using System.Collections.Immutable;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Microsoft.Extensions.Hosting;

namespace Ccm.Engine.Scheduling;

/// <summary>
/// Plans made-up placements at start and tries to commit them under a fence that no term has, then cancels a wait as the end of a term
/// does. A standby has never placed anything; it would otherwise compile the whole way from plan to transaction in the very moment in
/// which it takes over.
/// </summary>
internal sealed class Rehearsal(ControlPlane control, WatchCache cache, PlanningTimes times, TimeProvider time) : BackgroundService
{
    private const int Rounds = 3;
    private static readonly int[] Sizes = [1, 2, 5, 1, 3];
    private static readonly int[] Free = [4, 8];
    private static readonly StateGuard NoTerm = new StateGuard.Created(StateKeys.SchedulerLeader, long.MaxValue);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await cache.Ready.WaitAsync(stoppingToken);
            for (var round = 0; round < Rounds; round++)
            {
                var now = time.GetUtcNow();
                await control.PlaceAsync(NoTerm, PlacementPlanner.Plan(Fleet(now), now, times).Placements, stoppingToken);
                await EndAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped before it came to it.
        }
    }

    private async Task EndAsync(CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var subscription = cache.Subscribe();
        try
        {
            var waiting = subscription.NextAsync(TimeSpan.FromDays(1), time, over.Token);
            await over.CancelAsync();
            while (await waiting is not null)
                waiting = subscription.NextAsync(TimeSpan.FromDays(1), time, over.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // As it should.
        }
    }

    /// <summary>Small labs and large ones that wait, one of them too large for now, and two workers of which one is half full.</summary>
    internal static FleetSnapshot Fleet(DateTimeOffset now)
    {
        var instances = Sizes.Select((size, n) => Waiting($"i-rehearsal-{n}", size, now)).ToList();
        return FleetSnapshot.Empty with
        {
            Instances = instances.ToImmutableDictionary(instance => instance.Id, instance => new InstanceEntry(instance, 1, null)),
            InstancesByState = ImmutableDictionary<InstanceState, ImmutableHashSet<string>>.Empty.Add(InstanceState.Pending, [.. instances.Select(instance => instance.Id)]),
            Workers = Free.Select((free, n) => WithRoom($"w-rehearsal-{n}", free, now)).ToImmutableDictionary(worker => worker.Id),
        };
    }

    private static LabletInstance Waiting(string id, int size, DateTimeOffset now) => new()
    {
        Id = id, State = InstanceState.Pending, DefinitionId = "rehearsal", Version = "1.0.0", OwnerId = "rehearsal", AsSoonAsPossible = true, DurationMinutes = 1,
        Request = new LabRequest { Resources = new LabResources(size, size, size, false), Nodes = size, LicensedNodes = size, PortNames = ["serial", "vnc"] },
        LastTransition = new Transition<InstanceState>(null, InstanceState.Pending, now, "rehearsal", "Made up."),
        CreatedAt = now, CreatedBy = "rehearsal", OperationId = "rehearsal",
    };

    private static WorkerEntry WithRoom(string id, int free, DateTimeOffset now)
    {
        var worker = new Worker
        {
            Id = id, State = WorkerState.Running, Template = "rehearsal", TemplateRevision = 1, Provider = "rehearsal", Region = "local", LicenseType = LicenseType.Enterprise, CmlVersion = "2.8.1",
            Declared = new Capacity(8, 8, 8, 8), PortRange = new PortRange(2000, 2009), StartupTimeMinutes = 1, RestartTimeMinutes = 1, DrainTimeoutHours = 1,
            LastTransition = new Transition<WorkerState>(null, WorkerState.Running, now, "rehearsal", "Made up."),
            CreatedAt = now, CreatedBy = "rehearsal", OperationId = "rehearsal",
        };
        return new WorkerEntry(new(worker, 1), new(AvailableCapacity.Of(new Capacity(free, free, free, free), now), 1), new(PortBitmap.Empty(worker.PortRange), 1));
    }
}

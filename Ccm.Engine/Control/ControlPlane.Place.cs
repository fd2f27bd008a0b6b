using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Control;

/// <summary>One decision of the scheduler: this instance, seen so, on this worker, with these ports, because.</summary>
/// <param name="Worker">As seen before the batch; its revisions are guarded.</param>
public sealed record Placement(InstanceEntry Instance, WorkerEntry Worker, ImmutableSortedDictionary<string, int> Ports, string Reason);

/// <summary>What was committed of a batch of placements: the entries as they stand at its revision; empty when it was not.</summary>
public sealed record PlacedBatch(ImmutableArray<InstanceEntry> Instances, ImmutableArray<WorkerEntry> Workers)
{
    public static readonly PlacedBatch GuardFailed = new([], []);
    public static readonly PlacedBatch NotTaken = new([], []) { IsOfStore = true };

    /// <summary>Nothing had changed: the store refused, or did not say what became of it. It would not take a part of the batch either.</summary>
    public bool IsOfStore { get; private init; }
}

public sealed partial class ControlPlane
{
    /// <summary>
    /// Places a batch in one transaction, fenced by the scheduler's term and guarded on each instance and on each worker's state,
    /// capacity and ports: two schedulers, or one that was paused, never book a place twice.
    /// </summary>
    /// <returns>What stands; nothing when any of it had changed. Unknown outcomes count as nothing too: the next plan reads what is true.</returns>
    public async Task<PlacedBatch> PlaceAsync(StateGuard fence, ImmutableArray<Placement> placements, CancellationToken cancellationToken)
    {
        var mutation = new Mutation(Operation.New(), Actor.Engine("scheduler"), time.GetUtcNow());
        mutation.Guard(fence);
        var instances = ImmutableArray.CreateBuilder<InstanceEntry>(placements.Length);
        var workers = ImmutableArray.CreateBuilder<WorkerEntry>();
        foreach (var onWorker in placements.GroupBy(placement => placement.Worker.Id))
        {
            var worker = onWorker.First().Worker;
            var available = worker.Available;
            var ports = worker.Ports.Value;
            foreach (var placement in onWorker)
            {
                var before = placement.Instance.Value;
                var after = Move(before, InstanceState.Scheduled, mutation, placement.Reason) with { Ports = placement.Ports, PlacedBecause = placement.Reason, Checkpoint = null };
                available -= after.Demand;
                ports = ports.Take(placement.Ports.Values);
                mutation.PutInstance(after, placement.Instance.ModRevision);
                mutation.PutInstanceWorker(after.Id, worker.Id);
                mutation.Event(EventTypes.Of(InstanceState.Scheduled), Subjects.Instance(after.Id), placement.Reason, before, after);
                instances.Add(new InstanceEntry(after, 0, worker.Id));
            }
            if (!available.IsWithin(worker.Value.Declared))
                throw new InvalidOperationException($"The plan over-commits worker {worker.Id}.");
            mutation.Guard(StateKeys.WorkerState(worker.Id), worker.State.ModRevision);
            mutation.PutRoom(worker.Id, worker.Capacity, worker.Ports, available, ports);
            workers.Add(worker with
            {
                Capacity = new Revised<AvailableCapacity>(AvailableCapacity.Of(available, mutation.Now), 0),
                Ports = new Revised<PortBitmap>(ports, 0),
            });
        }
        var result = await SendAsync(mutation, cancellationToken);
        if (result is not CommitResult.Committed { Revision: var revision })
        {
            if (result is CommitResult.GuardFailed failed)
            {
                await CatchUpAsync(failed.Revision, cancellationToken);
                return PlacedBatch.GuardFailed;
            }
            LogNotPlaced(placements.Length, result.ToString());
            return PlacedBatch.NotTaken;
        }
        return new PlacedBatch(
            [.. instances.Select(entry => entry with { ModRevision = revision })],
            [.. workers.Select(entry => entry with { Capacity = entry.Capacity with { ModRevision = revision }, Ports = entry.Ports with { ModRevision = revision } })]);
    }

    private static LabletInstance Move(LabletInstance instance, InstanceState to, Mutation mutation, string reason) => instance with
    {
        State = to,
        LastTransition = new Transition<InstanceState>(instance.State, to, mutation.Now, mutation.Actor.Id, reason),
    };

    [Microsoft.Extensions.Logging.LoggerMessage(4003, Microsoft.Extensions.Logging.LogLevel.Information, "A batch of {Count} placements was not committed: {Result}")]
    private partial void LogNotPlaced(int count, string result);
}

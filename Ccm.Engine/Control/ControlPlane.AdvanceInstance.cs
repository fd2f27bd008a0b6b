using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Control;

public sealed partial class ControlPlane
{
    /// <summary>
    /// Takes an instance one legal step further, fenced by the controller's term. Going to TERMINATED or back to PENDING gives its
    /// capacity and ports back in the same transaction.
    /// </summary>
    /// <param name="change">Fields that change with the step; its state and last transition are set here.</param>
    /// <returns>False when anything had changed meanwhile: look again.</returns>
    /// <exception cref="RefusedException">The store did not take it, or what became of it is not known: look again in a while.</exception>
    /// <exception cref="InvalidOperationException">The table does not have that step.</exception>
    public async Task<bool> AdvanceInstanceAsync(
        StateGuard fence, InstanceEntry seen, InstanceState to, string reason, Func<LabletInstance, LabletInstance> change, CancellationToken cancellationToken)
    {
        var snapshot = cache.Current;
        var worker = seen.WorkerId is null ? null : snapshot.Workers.GetValueOrDefault(seen.WorkerId);
        if (!InstanceTransitions.IsLegal(seen.Value.State, to, InstanceTransitions.Facts(seen.Value, worker?.Value)))
            throw new InvalidOperationException($"Instance {seen.Id} may not go from {Capitals(seen.Value.State)} to {Capitals(to)}.");
        var mutation = new Mutation(Operation.New(), Actor.Engine("controller"), time.GetUtcNow());
        mutation.Guard(fence);
        var after = change(Move(seen.Value, to, mutation, reason));
        if (!after.HoldsPlace)
        {
            await GiveBackAsync(mutation, seen, worker, cancellationToken);
            after = after with { Ports = ImmutableSortedDictionary<string, int>.Empty, PlacedBecause = null, Checkpoint = null };
        }
        mutation.PutInstance(after, seen.ModRevision);
        mutation.Event(EventTypes.Of(to), Subjects.Instance(seen.Id), reason, seen.Value, after);
        if (seen.Value.Target != after.Target)
            mutation.Event(EventTypes.InstanceTargetChanged, Subjects.Instance(seen.Id), reason, seen.Value, after);
        if (seen.Value.State == InstanceState.Instantiating && to == InstanceState.Scheduled)
            mutation.Event(EventTypes.InstanceRetried, Subjects.Instance(seen.Id), reason, seen.Value, after);
        return await CommitOnceAsync(mutation, cancellationToken);
    }

    /// <summary>Writes progress that is no transition: a checkpoint, a target set by the end of the slot.</summary>
    public async Task<bool> NoteInstanceAsync(
        StateGuard fence, InstanceEntry seen, string reason, Func<LabletInstance, LabletInstance> change, CancellationToken cancellationToken)
    {
        var mutation = new Mutation(Operation.New(), Actor.Engine("controller"), time.GetUtcNow());
        mutation.Guard(fence);
        var after = change(seen.Value);
        mutation.PutInstance(after, seen.ModRevision);
        if (seen.Value.Target != after.Target)
            mutation.Event(EventTypes.InstanceTargetChanged, Subjects.Instance(seen.Id), reason, seen.Value, after);
        return await CommitOnceAsync(mutation, cancellationToken);
    }

    /// <summary>Removes the keys of an instance that ended; the trail keeps its story.</summary>
    public async Task<bool> ForgetInstanceAsync(StateGuard fence, InstanceEntry seen, CancellationToken cancellationToken)
    {
        if (seen.Value.State != InstanceState.Terminated)
            throw new InvalidOperationException($"Instance {seen.Id} is {Capitals(seen.Value.State)}.");
        return await store.CommitAsync(new StateTransaction
        {
            Guards = [fence, new StateGuard.Modified(StateKeys.InstanceState(seen.Id), seen.ModRevision)],
            Deletes = [StateKeys.InstanceState(seen.Id)],
        }, cancellationToken) is CommitResult.Committed;
    }

    /// <exception cref="InvalidOperationException">What it holds there cannot be told: one of its worker's keys is missing, or its own.</exception>
    private async Task GiveBackAsync(Mutation mutation, InstanceEntry seen, WorkerEntry? worker, CancellationToken cancellationToken)
    {
        if (!seen.Value.HoldsPlace)
            return;
        mutation.Delete(StateKeys.InstanceWorker(seen.Id));
        if (worker is null)
        {
            if (seen.WorkerId is not { } gone)
                throw new InvalidOperationException($"Instance {seen.Id} is {Capitals(seen.Value.State)} and {StateKeys.InstanceWorker(seen.Id)} is missing: put the id of its worker there.");
            if (await store.GetAsync(StateKeys.WorkerState(gone), cancellationToken) is not null)
                throw new InvalidOperationException($"Instance {seen.Id} holds a place on {gone}, of which {StateKeys.WorkerCapacity(gone)} or {StateKeys.WorkerPorts(gone)} is missing or another key of it cannot be read: restore the key, and if it was missing, start the replicas anew.");
            // Gone with all that was held on it, while it is.
            mutation.Guard(StateKeys.WorkerState(gone), 0);
            return;
        }
        mutation.PutRoom(worker.Id, worker.Capacity, worker.Ports, worker.Available + seen.Value.Demand, worker.Ports.Value.Release(seen.Value.Ports.Values));
    }

    /// <summary>One attempt of the engine's; nobody waits for its answer, the next look reads what is true.</summary>
    /// <returns>False when anything had changed meanwhile: look again.</returns>
    /// <exception cref="RefusedException">The store did not take it, or what became of it is not known: look again in a while.</exception>
    private async Task<bool> CommitOnceAsync(Mutation mutation, CancellationToken cancellationToken)
    {
        var result = await SendAsync(mutation, cancellationToken);
        switch (result)
        {
            case CommitResult.Committed committed:
                await CatchUpAsync(committed.Revision, cancellationToken);
                return true;
            case CommitResult.GuardFailed failed:
                await CatchUpAsync(failed.Revision, cancellationToken);
                return false;
            case CommitResult.Refused refused:
                throw RefusedException.Unavailable($"The state store refused the write: {refused.Reason.TrimEnd('.')}.");
            default:
                throw RefusedException.Unavailable($"What became of a write is not known: {result}");
        }
    }

    /// <summary>The same for what is only told, and need not be.</summary>
    private async Task<bool> TellAsync(Mutation mutation, CancellationToken cancellationToken)
    {
        try
        {
            return await CommitOnceAsync(mutation, cancellationToken);
        }
        catch (RefusedException refused)
        {
            LogUnknown(mutation.Operation.Id, refused.Message);
            return false;
        }
    }
}

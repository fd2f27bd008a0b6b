using Ccm.Engine.Domain;
using Ccm.Engine.Leadership;
using Ccm.Engine.State;

namespace Ccm.Engine.Control;

public sealed partial class ControlPlane
{
    /// <summary>Tells the trail that a replica begins or ends to lead, within its term. One that loses its lease cannot tell: its successor's beginning does.</summary>
    /// <param name="vacate">The leader's key goes in the same transaction, so that the successor need not wait for the lease.</param>
    public Task<bool> RecordLeaderAsync(StateGuard fence, string key, Replica replica, bool leads, bool vacate, CancellationToken cancellationToken)
    {
        var mutation = new Mutation(Operation.New(), Actor.Engine("leadership"), time.GetUtcNow());
        mutation.Guard(fence);
        if (vacate)
            mutation.Delete(key);
        mutation.Event(leads ? EventTypes.LeaderElected : EventTypes.LeaderLost, Subjects.Leader(key),
            leads ? $"{replica.Id} leads." : $"{replica.Id} gave its lease back.", leads ? null : replica, leads ? replica : null);
        return TellAsync(mutation, cancellationToken);
    }

    /// <summary>
    /// Makes whoever leads stand aside, from any replica: the leader's key is deleted, so that its fence holds no more and another takes
    /// over, even from a leader that is paused. Allowed while the outbox is full, since it may be what helps.
    /// </summary>
    /// <exception cref="RefusedException">Not allowed, or nobody leads.</exception>
    public Task ResignLeaderAsync(Actor actor, Operation operation, string key, CancellationToken cancellationToken)
    {
        Authorise(actor, Permission.ResignLeadership, "make a leader resign");
        return CommitAsync(actor, operation, (snapshot, mutation) =>
        {
            var leader = snapshot.Leaders.GetValueOrDefault(key) ?? throw RefusedException.Conflict($"Nobody leads the {key.Split('/')[2]} now.", "Try again in a few seconds.", "name");
            mutation.Guard(new StateGuard.Created(key, leader.CreateRevision));
            mutation.Delete(key);
            mutation.Event(EventTypes.LeaderLost, Subjects.Leader(key), $"{actor.Name} made {leader.ReplicaId} resign.", new Replica(leader.ReplicaId, leader.Address), null);
            return Task.FromResult(true);
        }, _ => Task.FromResult(true), cancellationToken);
    }
}

using Ccm.Engine.Domain;
using Ccm.Engine.Leadership;
using Ccm.Engine.State;

namespace Ccm.Engine.Control;

public sealed partial class ControlPlane
{
    /// <summary>Tells the trail that a replica begins or ends to lead, within its term. One that loses its lease cannot tell: its successor's beginning does.</summary>
    public Task<bool> RecordLeaderAsync(StateGuard fence, string key, Replica replica, bool leads, CancellationToken cancellationToken)
    {
        var mutation = new Mutation(Operation.New(), Actor.Engine("leadership"), time.GetUtcNow());
        mutation.Guard(fence);
        mutation.Event(leads ? EventTypes.LeaderElected : EventTypes.LeaderLost, Subjects.Leader(key),
            leads ? $"{replica.Id} leads." : $"{replica.Id} gave its lease back.", leads ? null : replica, leads ? replica : null);
        return CommitOnceAsync(mutation, cancellationToken);
    }
}

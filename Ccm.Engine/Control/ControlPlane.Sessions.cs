using Ccm.Engine.Domain;

namespace Ccm.Engine.Control;

public sealed partial class ControlPlane
{
    /// <summary>
    /// Tells the trail that somebody signed in, out, or was refused. Best effort: nobody's sign-in waits for it, and it does not add to an
    /// outbox that is full.
    /// </summary>
    /// <param name="type">One of <see cref="EventTypes"/>'s for sessions.</param>
    /// <returns>Whether it is told for certain.</returns>
    public async Task<bool> RecordSessionAsync(Actor person, string type, string reason, CancellationToken cancellationToken)
    {
        if (OutboxIsFull)
            return false;
        var mutation = new Mutation(Operation.New(), person, time.GetUtcNow());
        mutation.Event<Actor>(type, Subjects.User(person.Id), reason, null, null);
        return await TellAsync(mutation, cancellationToken);
    }
}

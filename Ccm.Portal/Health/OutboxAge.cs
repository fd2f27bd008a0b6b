using Ccm.Engine.Watching;

namespace Ccm.Portal.Health;

/// <summary>
/// How long the oldest operation has waited in the outbox. The state tells at which revision it was committed; when that was is known
/// from looking now and then at how far the state is.
/// </summary>
internal sealed class OutboxAge
{
    private readonly Queue<(long Revision, DateTimeOffset At)> _looks = new();
    private volatile object? _age;

    /// <summary>At the last look; null: none waited.</summary>
    public TimeSpan? Age => (TimeSpan?)_age;

    public void Look(FleetSnapshot snapshot, DateTimeOffset now)
    {
        if (snapshot.Outbox.IsEmpty)
        {
            _looks.Clear();
            _age = null;
            return;
        }
        var oldest = snapshot.Outbox.Values.Min();
        _looks.Enqueue((snapshot.Revision, now));
        while (_looks.Peek().Revision < oldest)
            _looks.Dequeue();
        _age = now - _looks.Peek().At;
    }
}

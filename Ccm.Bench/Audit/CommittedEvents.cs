using System.Collections.Concurrent;
using System.Globalization;
using Ccm.Engine.Auditing;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.State.Etcd;

namespace Ccm.Bench.Audit;

/// <summary>Every event that was committed with a change, as an outside watch of the outbox saw it, the engine's own too.</summary>
internal sealed class CommittedEvents : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<string> _waiting = [];
    private readonly Task _reading;

    private CommittedEvents(EtcdStateStore store, long fromRevision) => _reading = ReadAsync(store, fromRevision);

    /// <summary>Their ids, as they must stand in the trail.</summary>
    public ConcurrentBag<string> Ids { get; } = [];

    /// <summary>The most operations that ever waited at once.</summary>
    public int Deepest { get; private set; }

    public static async Task<CommittedEvents> StartAsync(EtcdStateStore store) => new(store, (await store.ListAsync(StateKeys.Outbox, 0, CancellationToken.None)).Revision + 1);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task ReadAsync(EtcdStateStore store, long fromRevision)
    {
        await foreach (var batch in store.WatchAsync(StateKeys.Outbox, fromRevision, _stop.Token))
        {
            foreach (var change in batch.Events)
                Take(change);
        }
    }

    private void Take(StateEvent change)
    {
        if (change.Entry is not { } written)
        {
            _waiting.Remove(change.Key);
            return;
        }
        _waiting.Add(change.Key);
        Deepest = Math.Max(Deepest, _waiting.Count);
        var entry = DomainJson.Read<OutboxEntry>(written.Value.Span);
        for (var n = 0; n < entry.Events.Length; n++)
            Ids.Add(string.Create(CultureInfo.InvariantCulture, $"{entry.OperationId}-{n}"));
    }
}

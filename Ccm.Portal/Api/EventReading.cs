using System.Globalization;
using Ccm.Engine.Auditing;
using Ccm.Engine.Control;
using Ccm.Engine.Documents;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.Watching;

namespace Ccm.Portal.Api;

/// <summary>Pages of the audit trail, newest first, and before them what is committed but not written there yet.</summary>
internal sealed class EventReading(ControlPlane control, WatchCache cache, IStateStore store)
{
    /// <param name="filter">Without limit and cursor, which are the query's.</param>
    public async Task<Page<EventView>> TrailAsync(AuditQuery filter, Query query, CancellationToken cancellationToken)
    {
        var limit = query.Limit;
        var events = await control.ReadAuditAsync(filter with { Before = Before(query), Limit = limit + 1 }, cancellationToken);
        return new Page<EventView>([.. events.Take(limit).Select(EventView.Of)],
            events.Length > limit ? Paging.CursorOf(events[limit - 1].Sequence.ToString(CultureInfo.InvariantCulture)) : null);
    }

    /// <summary>Everything about one resource.</summary>
    public async Task<Page<EventView>> OfSubjectAsync(string subject, Query query, CancellationToken cancellationToken)
    {
        // Outbox first: an event the relay moves meanwhile is then seen twice, and once is taken out; never missed.
        var waiting = Paging.After(query) is null ? await WaitingAsync(subject, cancellationToken) : [];
        var page = await TrailAsync(new AuditQuery(Subject: subject), query, cancellationToken);
        var written = page.Items.Select(item => item.Id).ToHashSet(StringComparer.Ordinal);
        return page with { Items = [.. waiting.Where(item => !written.Contains(item.Id)), .. page.Items] };
    }

    private async Task<EventView[]> WaitingAsync(string subject, CancellationToken cancellationToken)
    {
        if (cache.Current.Outbox.IsEmpty)
            return [];
        try
        {
            var outbox = await store.ListAsync(StateKeys.Outbox, 0, cancellationToken);
            return
            [
                .. from entry in outbox.Entries
                   orderby entry.ModRevision descending
                   let operation = DomainJson.Read<OutboxEntry>(entry.Value.Span)
                   from number in Enumerable.Range(0, operation.Events.Length).Reverse()
                   where operation.Events[number].Subject == subject
                   select EventView.OfWaiting(operation, number, entry.ModRevision),
            ];
        }
        catch (StateStoreUnavailableException exception)
        {
            throw RefusedException.Unavailable($"The state store does not answer: {exception.Message}");
        }
    }

    private static long? Before(Query query) => Paging.After(query) is not { } place ? null
        : long.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) ? sequence : throw Paging.BadCursor();
}

using System.Text.Json;
using Ccm.Engine.Documents;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Microsoft.Extensions.Logging;

namespace Ccm.Engine.Auditing;

/// <summary>
/// Moves events from the outbox to the audit trail in order of their revisions, once each. Trail first, then one fenced transaction
/// that moves the head and empties the outbox: a successor that repeats the first half writes the very same events. What cannot be
/// moved waits, and with it all that came after: the order is part of the chain. It never ends the term, since slots end in it too.
/// </summary>
public sealed partial class AuditRelay(IStateStore store, IAuditTrail trail, WatchCache cache, TimeProvider time, ILogger<AuditRelay> logger)
{
    private const int EntriesAtOnce = 100;
    private const string Forked = $"Somebody else wrote to the trail, or {StateKeys.AuditHead} was set back: verify the chain, and put into the key the sequence and hash of the last event that fits.";
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Relays until cancelled or the term is over.</summary>
    /// <param name="fence">The leader's guard.</param>
    public async Task RunAsync(StateGuard fence, CancellationToken cancellationToken)
    {
        using var subscription = cache.Subscribe();
        while (true)
        {
            await DrainAsync(fence, cancellationToken);
            while (await subscription.NextAsync(cancellationToken) is { Outbox: false } or { After.Outbox.IsEmpty: true })
            {
            }
        }
    }

    /// <summary>Relays until nothing is left.</summary>
    internal async Task DrainAsync(StateGuard fence, CancellationToken cancellationToken)
    {
        var told = "";
        while (true)
        {
            try
            {
                if (!await RelayOnceAsync(fence, cancellationToken))
                    return;
            }
            catch (Exception exception) when (exception is DocumentsUnavailableException or StateStoreUnavailableException or UnreadableException or AuditConflictException)
            {
                var reason = exception is AuditConflictException ? $"{exception.Message} {Forked}" : exception.Message;
                if (told != reason)
                    LogWaiting(reason);
                told = reason;
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    /// <summary>One round; false when nothing is left.</summary>
    private async Task<bool> RelayOnceAsync(StateGuard fence, CancellationToken cancellationToken)
    {
        var list = await store.ListAsync(StateKeys.Outbox, 0, cancellationToken);
        if (list.Entries.IsEmpty)
            return false;
        var headEntry = await store.GetAsync(StateKeys.AuditHead, cancellationToken);
        var head = headEntry is null ? AuditHead.Start : Read(headEntry, value => AuditHead.Read(value.Span));
        var batch = list.Entries.OrderBy(entry => entry.ModRevision).Take(EntriesAtOnce).ToArray();
        var events = AuditChain.Link(head, batch.Select(entry => (Read(entry, value => OutboxEntry.Read(value.Span)), entry.ModRevision)));
        await trail.AppendAsync(events, cancellationToken);
        var result = await store.CommitAsync(new StateTransaction
        {
            Guards = [fence, new StateGuard.Modified(StateKeys.AuditHead, headEntry?.ModRevision ?? 0)],
            Puts = [new StatePut(StateKeys.AuditHead, DomainJson.Write(events.IsEmpty ? head : new AuditHead(events[^1].Sequence, events[^1].Hash)))],
            Deletes = [.. batch.Select(entry => entry.Key)],
        }, cancellationToken);
        if (result is CommitResult.Committed)
            return list.Entries.Length > batch.Length;
        LogNotMoved(result.ToString());
        await Task.Delay(Pause, time, cancellationToken);
        return true;
    }

    private static T Read<T>(StateEntry entry, Func<ReadOnlyMemory<byte>, T> read)
    {
        try
        {
            return read(entry.Value);
        }
        catch (JsonException exception)
        {
            throw new UnreadableException(new UnreadableValue(entry.Key, entry.ModRevision, exception.Message).Warning, exception);
        }
    }

    private sealed class UnreadableException(string message, Exception inner) : Exception(message, inner);

    [LoggerMessage(3001, LogLevel.Warning, "Events wait in the outbox: {Reason}")]
    private partial void LogWaiting(string reason);

    [LoggerMessage(3002, LogLevel.Warning, "The audit head was not moved and the round is repeated: {Result}")]
    private partial void LogNotMoved(string result);
}

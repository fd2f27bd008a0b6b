using System.Collections.Immutable;
using System.Text.Json;
using Ccm.Engine.Documents;
using Ccm.Engine.Domain;
using Ccm.Engine.State;

namespace Ccm.Engine.Auditing;

/// <summary>
/// Reads the whole trail, a part at a time, and holds it against itself and against the head, which another store keeps: whoever can
/// write to one of the two only cannot change what was, add to it or take its end away unseen.
/// </summary>
public sealed class ChainVerifier(IStateStore store, IAuditTrail trail)
{
    private const int AtOnce = 1000;

    /// <summary>Goes on while events come in, and ends at the head as it stands by then.</summary>
    /// <exception cref="DocumentsUnavailableException">The trail cannot be read.</exception>
    /// <exception cref="StateStoreUnavailableException">The head cannot be read.</exception>
    public async Task<ChainReport> RunAsync(IProgress<ChainProgress> progress, CancellationToken cancellationToken)
    {
        var end = await ReadEndAsync(cancellationToken);
        AuditEvent? first = null, last = null;
        var count = 0L;
        if (end.Unreadable is { } garbled)
            return Report(garbled);
        while (true)
        {
            var events = await trail.ReadChainAsync((last?.Sequence ?? 0) + 1, AtOnce, cancellationToken);
            if (events.IsEmpty)
                return Report(end.Missing(last));
            if (events[^1].Sequence > end.Head.Sequence)
            {
                // Read after the events: what the relay had written by then is behind the head, or waits in the outbox still.
                var newer = await ReadEndAsync(cancellationToken);
                if ((newer.Unreadable ?? newer.SetBack(end.Head)) is { } broken)
                    return Report(broken);
                end = newer;
            }
            first ??= events[0];
            foreach (var current in events)
            {
                if (last is not null && current.Sequence > last.Sequence + 1 && await IsOldestAsync(current, cancellationToken))
                    (first, last, count) = (current, null, 0);
                if ((AuditChain.Check(last, current) ?? end.Check(current)) is { } broken)
                    return Report(broken);
                last = current;
                count++;
            }
            progress.Report(new ChainProgress(count, Math.Max(count, end.Head.Sequence - first.Sequence + 1)));
            if (events.Length < AtOnce && last!.Sequence >= end.Head.Sequence)
                return Report(null);
        }

        ChainReport Report(ChainBreak? broken) => new(count, first, last, broken);
    }

    /// <summary>Whether all before an event is gone: retention went past the check, which begins anew there. A hole leaves what is older.</summary>
    private async Task<bool> IsOldestAsync(AuditEvent current, CancellationToken cancellationToken) =>
        await trail.ReadChainAsync(1, 1, cancellationToken) is not [var oldest] || oldest.Sequence >= current.Sequence;

    /// <summary>The head and what waits to be relayed, at one revision.</summary>
    private async Task<End> ReadEndAsync(CancellationToken cancellationToken)
    {
        var outbox = await store.ListAsync(StateKeys.Outbox, 0, cancellationToken);
        var head = (await store.ListAsync(StateKeys.AuditHead, outbox.Revision, cancellationToken)).Entries.FirstOrDefault();
        var waiting = outbox.Entries.Select(entry => entry.Key[StateKeys.Outbox.Length..]).ToImmutableHashSet();
        try
        {
            return new End(head is null ? AuditHead.Start : AuditHead.Read(head.Value.Span), waiting);
        }
        catch (JsonException exception)
        {
            return new End(AuditHead.Start, waiting) { Unreadable = End.Garbled(exception.Message) };
        }
    }

    /// <param name="Waiting">Operations whose events may stand behind the head: the relay writes them before it moves it.</param>
    private sealed record End(AuditHead Head, ImmutableHashSet<string> Waiting)
    {
        private const string Compare = $"Compare {StateKeys.AuditHead} with a backup of the state store, and the trail with a backup of its own. Until the two agree no event is written.";

        /// <summary>Told when the head's value is no head.</summary>
        public ChainBreak? Unreadable { get; init; }

        public static ChainBreak Garbled(string problem) => new(AuditHead.Start.Sequence, null, $"The value of {StateKeys.AuditHead} cannot be read: {problem}", Compare);

        public ChainBreak? Check(AuditEvent current) =>
            current.Sequence == Head.Sequence && current.Hash != Head.Hash ? ChainBreak.At(current, $"Event {current.Sequence} is not the one that the head names: the trail or {StateKeys.AuditHead} was forged.", Compare)
            : current.Sequence > Head.Sequence && !Waiting.Contains(current.OperationId) ? ChainBreak.At(current, $"Event {current.Sequence} stands behind the head, which names {Head.Sequence}, and nothing waits to be written: the head was set back, or the event was added.", Compare)
            : null;

        /// <summary>When the trail ends before the head.</summary>
        public ChainBreak? Missing(AuditEvent? last) => (last?.Sequence ?? 0) >= Head.Sequence ? null : new ChainBreak(
            (last?.Sequence ?? 0) + 1, null, last is null ? $"The trail is empty, and yet {Head.Sequence} events were written to it." : $"The trail ends with event {last.Sequence}, and the head names {Head.Sequence}: the end was taken away, or the head was forged.", Compare);

        public ChainBreak? SetBack(AuditHead before) => Head.Sequence >= before.Sequence ? null : new(Head.Sequence, null, $"The head was set back from event {before.Sequence} to {Head.Sequence} during the check.", Compare);
    }
}

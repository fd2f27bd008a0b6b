using System.Collections.Immutable;
using System.Text.Json;
using Ccm.Engine.Auditing;
using Ccm.Engine.Documents;
using Ccm.Engine.Domain;
using Ccm.Engine.State;

namespace Ccm.Tests.Faults.Checking;

/// <summary>Every change has its events, committed with it, and each of them stands in the trail once: I5.</summary>
internal static class AuditRules
{
    public static IEnumerable<Violation> Check(ImmutableArray<Step> steps, StateList final, ImmutableArray<AuditEvent> trail) =>
        steps.SelectMany(Committed).Concat(Told(steps, trail)).Concat(Chain(final, trail));

    /// <summary>What a revision's outbox entries tell against what it changed.</summary>
    private static IEnumerable<Violation> Committed(Step step)
    {
        var told = step.Puts(StateKeys.Outbox).SelectMany(entry => DomainJson.Read<OutboxEntry>(entry.Value.Span).Events).ToList();
        foreach (var expected in ExpectedEvents.Of(step.Change))
        {
            var at = told.FindIndex(e => e.Subject == expected.Subject && expected.Types.Contains(e.Type));
            if (at < 0)
                yield return new Violation(Rule.I5, $"Revision {step.Revision} has no event {expected}.");
            else
                told.RemoveAt(at);
        }
        foreach (var extra in told.Where(e => !ExpectedEvents.StandsAlone(e.Type)))
            yield return new Violation(Rule.I5, $"Revision {step.Revision} tells {extra.Type} of {extra.Subject}, which did not happen.");
    }

    /// <summary>What was committed against what the trail has.</summary>
    private static IEnumerable<Violation> Told(ImmutableArray<Step> steps, ImmutableArray<AuditEvent> trail)
    {
        var written = trail.ToLookup(e => e.Id);
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in steps.SelectMany(step => step.Puts(StateKeys.Outbox)))
        {
            foreach (var expected in AuditChain.Link(AuditHead.Start, [(DomainJson.Read<OutboxEntry>(entry.Value.Span), entry.ModRevision)]))
            {
                known.Add(expected.Id);
                var found = written[expected.Id].ToList();
                if (found.Count != 1)
                    yield return new Violation(Rule.I5, $"{expected.Type} of {expected.Subject}, committed at {expected.Revision}, stands in the trail {found.Count} times.");
                else if (!Same(found[0], expected))
                    yield return new Violation(Rule.I5, $"{expected.Type} of {expected.Subject}, committed at {expected.Revision}, stands in the trail otherwise: {found[0]}");
            }
        }
        foreach (var unknown in trail.Where(e => !known.Contains(e.Id) && !e.Type.StartsWith("ccm.session.", StringComparison.Ordinal)))
            yield return new Violation(Rule.I5, $"The trail tells {unknown.Type} of {unknown.Subject} at {unknown.Revision}, which was never committed.");
    }

    private static IEnumerable<Violation> Chain(StateList final, ImmutableArray<AuditEvent> trail)
    {
        if (AuditChain.Verify(null, trail) is { } broken)
            yield return new Violation(Rule.I5, broken.What);
        if (!trail.IsEmpty && trail[0].Sequence != 1)
            yield return new Violation(Rule.I5, $"The trail begins with event {trail[0].Sequence}.");
        var head = final.Entries.FirstOrDefault(entry => entry.Key == StateKeys.AuditHead) is { } entry ? DomainJson.Read<AuditHead>(entry.Value.Span) : AuditHead.Start;
        var last = trail.IsEmpty ? AuditHead.Start : new AuditHead(trail[^1].Sequence, trail[^1].Hash);
        if (head != last)
            yield return new Violation(Rule.I5, $"The head is {head}, the trail ends with {last}.");
        var waiting = final.Entries.Count(e => e.Key.StartsWith(StateKeys.Outbox, StringComparison.Ordinal));
        if (waiting > 0)
            yield return new Violation(Rule.I5, $"{waiting} operations still wait in the outbox.");
    }

    private static bool Same(AuditEvent one, AuditEvent other) => one.Type == other.Type && one.Subject == other.Subject && one.Time == other.Time && one.Actor == other.Actor
        && one.OperationId == other.OperationId && one.Revision == other.Revision && JsonElement.DeepEquals(one.Data, other.Data);
}

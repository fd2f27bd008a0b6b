using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.State;

namespace Ccm.Tests.Faults.Checking;

/// <summary>Changes evidence as a bug would have left it.</summary>
internal static class Edits
{
    /// <summary>One recorded revision becomes another.</summary>
    public static Evidence At(this Evidence evidence, Func<Step, bool> where, Func<StateBatch, StateBatch> edit)
    {
        var step = Find(evidence, where);
        return evidence with { Revisions = [.. evidence.Revisions.Select(recorded => recorded.Batch == step.Batch ? recorded with { Batch = edit(step.Batch) } : recorded)] };
    }

    /// <summary>One more revision at the end.</summary>
    public static Evidence Then(this Evidence evidence, params ImmutableArray<StateEvent> events)
    {
        var revision = evidence.Revisions[^1].Batch.Revision + 1;
        var batch = new StateBatch(revision, [.. events.Select(change => change with { Entry = change.Entry is null ? null : change.Entry with { Key = change.Key, ModRevision = revision } })]);
        return evidence with { Revisions = evidence.Revisions.Add(new RecordedBatch(evidence.Revisions[^1].At, batch)) };
    }

    public static Evidence With(this Evidence evidence, Func<CallRecord, bool> where, Func<CallRecord, CallRecord> edit)
    {
        var call = evidence.Calls.First(where);
        return evidence with { Calls = evidence.Calls.Replace(call, edit(call)) };
    }

    /// <summary>The last word of a call.</summary>
    public static CallRecord Answered(this CallRecord call, int status, string answer = "{}") =>
        call with { Attempts = call.Attempts.SetItem(call.Attempts.Length - 1, call.Attempts[^1] with { Status = status, Answer = answer }) };

    public static Step Find(this Evidence evidence, Func<Step, bool> where) => Replay.Of(evidence.Revisions).First(where);

    /// <summary>Revisions in which an instance comes into a state.</summary>
    public static Func<Step, bool> Enters(InstanceState state) => step => step.Change.Instances.Any(id => step.Before.Instances.GetValueOrDefault(id)?.Value.State != state && step.After.Instances.GetValueOrDefault(id)?.Value.State == state);

    public static StateBatch Without(this StateBatch batch, Func<StateEvent, bool> where) => batch with { Events = batch.Events.RemoveAll(change => where(change)) };

    public static StateBatch Rewrite<T>(this StateBatch batch, Func<StateEvent, bool> where, Func<T, T> edit) => batch with
    {
        Events = [.. batch.Events.Select(change => change.Entry is not null && where(change) ? Put(change, edit(DomainJson.Read<T>(change.Entry.Value.Span))) : change)],
    };

    public static StateEvent Put<T>(StateEvent change, T value) => change with { Entry = change.Entry! with { Value = DomainJson.Write(value) } };

    public static Func<StateEvent, bool> Key(string prefix, string suffix = "") => change => change.Key.StartsWith(prefix, StringComparison.Ordinal) && change.Key.EndsWith(suffix, StringComparison.Ordinal);
}

using System.Collections.Immutable;
using Ccm.Engine.State;

namespace Ccm.Engine.Watching;

/// <summary>A value that somebody else put under one of CCM's keys, or that a newer CCM wrote: nobody guesses what it should be.</summary>
/// <param name="Revision">At which it was put.</param>
/// <param name="Problem">What is wrong with it.</param>
public sealed record UnreadableValue(string Key, long Revision, string Problem)
{
    private const int Most = 3;

    public string Reason => $"The value of {Key} cannot be read since revision {Revision}: {Problem.TrimEnd('.')}. "
        + (IsOfTrail ? "Until it can, events wait in the outbox." : "What it belongs to is left as it is, and nothing new is placed there.");

    public string Fix => $"Put into the key what it should hold: etcdctl get {Key} --rev={Revision - 1} shows the value before it, as long as that history is kept."
        + (Key.StartsWith(StateKeys.Outbox, StringComparison.Ordinal) ? " Delete it if there was none." : "");

    private bool IsOfTrail => Key == StateKeys.AuditHead || Key.StartsWith(StateKeys.Outbox, StringComparison.Ordinal);

    /// <summary>For operators: what is wrong, what follows, and how to mend it.</summary>
    public string Warning => $"{Reason} {Fix}";

    /// <summary>A few of them, and how many more there are.</summary>
    public static IEnumerable<string> Warnings(ImmutableSortedDictionary<string, UnreadableValue> values)
    {
        foreach (var value in values.Values.Take(Most))
            yield return value.Warning;
        if (values.Count > Most)
            yield return $"The values of {values.Count - Most} more keys cannot be read; the log names each.";
    }
}

using Ccm.Engine.Documents;

namespace Ccm.Engine.Auditing;

/// <summary>The first place at which the chain does not hold.</summary>
/// <param name="Sequence">Of the event at which it shows.</param>
/// <param name="Event">That event as it stands now; null when it is the one that is missing.</param>
/// <param name="What">What does not fit.</param>
/// <param name="Fix">What to do about it.</param>
public sealed record ChainBreak(long Sequence, AuditEvent? Event, string What, string Fix)
{
    internal static ChainBreak At(AuditEvent current, string what, string fix) => new(current.Sequence, current, what, fix);
}

/// <param name="Checked">Events that fit so far.</param>
/// <param name="Of">How many there are to check, as far as it is known.</param>
public sealed record ChainProgress(long Checked, long Of);

/// <summary>What a run over the whole trail found.</summary>
/// <param name="Checked">Events that fit, up to the break if there is one.</param>
/// <param name="First">The oldest event kept; null when there is none. What came before it is forgotten, or was taken out: a chain cannot tell.</param>
/// <param name="Last">The last event that fits.</param>
/// <param name="Break">Null: the chain is whole.</param>
public sealed record ChainReport(long Checked, AuditEvent? First, AuditEvent? Last, ChainBreak? Break);

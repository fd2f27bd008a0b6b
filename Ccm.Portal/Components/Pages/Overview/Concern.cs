using System.Collections.Immutable;

namespace Ccm.Portal.Components.Pages.Overview;

/// <summary>Something that needs somebody: what, why, and where to do something about it.</summary>
/// <param name="Urgent">People are, or soon will be, without what they were promised.</param>
/// <param name="Advice">What to do.</param>
/// <param name="Href">The list behind it.</param>
/// <param name="Items">What it is about, one by one, the worst first; empty when it is about the whole.</param>
public sealed record Concern(bool Urgent, string Title, string Advice, string Href, ImmutableArray<ConcernItem> Items);

/// <param name="Why">In a sentence.</param>
public sealed record ConcernItem(string Name, string Href, string Why);

/// <summary>How the parts are that the fleet's state says nothing of.</summary>
/// <param name="Watch">Why the watch is silent; null while it is not.</param>
/// <param name="Documents">Why the document store does not answer; null while it does.</param>
/// <param name="SessionsAway">Whether the session store does not answer.</param>
/// <param name="Identity">Why the identity provider does not; null while it does.</param>
/// <param name="Warnings">Of the state store.</param>
/// <param name="OutboxLimit">Operations waiting for the audit trail at which changes are refused.</param>
internal sealed record PartsNow(string? Watch, string? Documents, bool SessionsAway, string? Identity, ImmutableArray<string> Warnings, int OutboxLimit);

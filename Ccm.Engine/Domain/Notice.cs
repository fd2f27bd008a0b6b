namespace Ccm.Engine.Domain;

/// <summary>What an admin tells everybody, under <c>/ccm/notice</c>.</summary>
/// <param name="Until">Not shown from then on; null: until it is withdrawn.</param>
/// <param name="By">The name of who posted it.</param>
public sealed record Notice(string Text, DateTimeOffset? Until, DateTimeOffset PostedAt, string By)
{
    public bool IsShown(DateTimeOffset now) => Until is not { } until || until > now;
}

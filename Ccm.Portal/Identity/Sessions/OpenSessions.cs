using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace Ccm.Portal.Identity.Sessions;

/// <param name="Name">By which its owner ends it; its key opens it and is told nobody.</param>
/// <param name="Facts">Null when it is from before they were kept.</param>
/// <param name="Ends">When it ends if nobody uses it any more.</param>
/// <param name="IsThis">The one that asks.</param>
public sealed record OpenSession(string Name, SessionFacts? Facts, DateTimeOffset? Ends, bool IsThis)
{
    public static string NameOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}

/// <summary>The sessions of one person, on whatever replica they began.</summary>
/// <remarks>While the store is away it throws <see cref="SessionsUnavailableException"/>.</remarks>
internal sealed class OpenSessions(ITicketStore tickets, ISessionRegistry registry)
{
    /// <param name="own">The key of the session that asks.</param>
    /// <returns>This one first, then the newest.</returns>
    public async Task<IReadOnlyList<OpenSession>> FindAsync(string subject, string? own)
    {
        var owner = SessionOwner.Subject(subject);
        var open = new List<OpenSession>();
        foreach (var key in await registry.FindAsync(owner))
        {
            if (await tickets.RetrieveAsync(key) is { } ticket && SessionOwner.Of(ticket).Contains(owner))
                open.Add(new OpenSession(OpenSession.NameOf(key), SessionFacts.Of(ticket.Properties), ticket.Properties.ExpiresUtc, key == own));
        }
        return [.. open.OrderByDescending(session => session.IsThis).ThenByDescending(session => session.Facts?.Since)];
    }
}

using Ccm.Engine.Domain;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace Ccm.Portal.Identity.Sessions;

/// <summary>Ends sessions of an owner, and with each its open pages on whatever replica.</summary>
/// <remarks>While the store is away it throws <see cref="SessionsUnavailableException"/>.</remarks>
internal sealed class SessionEnding(ITicketStore tickets, ISessionRegistry registry)
{
    /// <param name="name">Of the one that is meant; null: all.</param>
    /// <returns>Whose, one for each session.</returns>
    public async Task<IReadOnlyList<Actor>> EndAsync(SessionOwner owner, string? name = null)
    {
        var ended = new List<Actor>();
        foreach (var key in await registry.FindAsync(owner))
        {
            if (name is not null && name != OpenSession.NameOf(key))
                continue;
            // A key is signed in to anew where a browser still had it: then the session may be another's by now.
            if (await tickets.RetrieveAsync(key) is not { } ticket || !SessionOwner.Of(ticket).Contains(owner))
                continue;
            await tickets.RemoveAsync(key);
            ended.Add(Actors.ActorOf(ticket.Principal));
        }
        return ended;
    }
}

using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Caching.Distributed;

namespace Ccm.Portal.Identity.Sessions;

/// <summary>
/// Keeps each session's ticket on the server, encrypted; the browser holds only its key, inside the protected cookie.
/// Removing the ticket therefore ends the session everywhere at once.
/// </summary>
internal sealed class TicketStore(IDistributedCache cache, IDataProtectionProvider protection, TimeProvider time) : ITicketStore
{
    /// <summary>How long a session lives after its last request.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(8);

    private readonly IDataProtector _protector = protection.CreateProtector("Ccm.Sessions.Tickets.v1");

    public async Task<string> StoreAsync(AuthenticationTicket ticket)
    {
        var key = WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(32));
        // A circuit knows only its principal: the key travels in it, so that the circuit can ask whether the ticket still stands.
        ((ClaimsIdentity)ticket.Principal.Identity!).AddClaim(new Claim(IdentityClaims.Ticket, key));
        await RenewAsync(key, ticket);
        return key;
    }

    public Task RenewAsync(string key, AuthenticationTicket ticket)
    {
        var bytes = _protector.Protect(TicketSerializer.Default.Serialize(ticket));
        var ends = ticket.Properties.ExpiresUtc ?? time.GetUtcNow() + Lifetime;
        return cache.SetAsync(NameOf(key), bytes, new DistributedCacheEntryOptions { AbsoluteExpiration = ends });
    }

    /// <summary>The ticket; null once it is removed, expired or no longer readable with the present keys.</summary>
    public async Task<AuthenticationTicket?> RetrieveAsync(string key)
    {
        var bytes = await cache.GetAsync(NameOf(key));
        if (bytes is null)
            return null;

        try
        {
            return TicketSerializer.Default.Deserialize(_protector.Unprotect(bytes));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    public Task RemoveAsync(string key) => cache.RemoveAsync(NameOf(key));

    private static string NameOf(string key) => $"ccm:session:{key}";
}

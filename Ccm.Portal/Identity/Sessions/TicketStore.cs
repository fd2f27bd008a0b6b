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
/// <remarks>While the cache is away every method throws <see cref="SessionsUnavailableException"/>.</remarks>
internal sealed partial class TicketStore(IDistributedCache cache, IDataProtectionProvider protection, TimeProvider time, ILogger<TicketStore> logger) : ITicketStore
{
    /// <summary>How long a session lives after its last request.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(8);

    private readonly IDataProtector _protector = protection.CreateProtector("Ccm.Sessions.Tickets.v1");

    public async Task<string> StoreAsync(AuthenticationTicket ticket)
    {
        var key = WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(32));
        await RenewAsync(key, ticket);
        return key;
    }

    public async Task RenewAsync(string key, AuthenticationTicket ticket)
    {
        // A circuit knows only its principal: the key travels in it, so that the circuit can ask whether the ticket still stands.
        if (!Carries(ticket, key))
            ((ClaimsIdentity)ticket.Principal.Identity!).AddClaim(new Claim(IdentityClaims.Ticket, key));
        var bytes = _protector.Protect(TicketSerializer.Default.Serialize(ticket));
        var ends = ticket.Properties.ExpiresUtc ?? time.GetUtcNow() + Lifetime;
        await SessionsUnavailableException.Guard(() => cache.SetAsync(NameOf(key), bytes, new DistributedCacheEntryOptions { AbsoluteExpiration = ends }));
    }

    /// <summary>As the cookie handler calls it. A ticket that cannot be prolonged just now only ends a little earlier; a new sign-in fails.</summary>
    public async Task RenewAsync(string key, AuthenticationTicket ticket, HttpContext httpContext, CancellationToken cancellationToken)
    {
        var slides = Carries(ticket, key);
        try
        {
            await RenewAsync(key, ticket);
        }
        catch (SessionsUnavailableException exception) when (slides)
        {
            LogNotProlonged(exception);
        }
    }

    /// <summary>The ticket; null once it is removed, expired or no longer readable with the present keys.</summary>
    public async Task<AuthenticationTicket?> RetrieveAsync(string key)
    {
        byte[]? bytes = null;
        await SessionsUnavailableException.Guard(async () => bytes = await cache.GetAsync(NameOf(key)));
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

    /// <summary>As the cookie handler calls it, for each request with a cookie: nobody is signed in, and <see cref="SessionsAway"/> decides what that means.</summary>
    public async Task<AuthenticationTicket?> RetrieveAsync(string key, HttpContext httpContext, CancellationToken cancellationToken)
    {
        try
        {
            return await RetrieveAsync(key);
        }
        catch (SessionsUnavailableException exception)
        {
            SessionsAway.Mark(httpContext, exception);
            return null;
        }
    }

    public Task RemoveAsync(string key) => SessionsUnavailableException.Guard(() => cache.RemoveAsync(NameOf(key)));

    private static bool Carries(AuthenticationTicket ticket, string key) => ticket.Principal.HasClaim(IdentityClaims.Ticket, key);

    private static string NameOf(string key) => $"ccm:session:{key}";

    [LoggerMessage(7211, LogLevel.Warning, "A session could not be prolonged.")]
    private partial void LogNotProlonged(Exception exception);
}

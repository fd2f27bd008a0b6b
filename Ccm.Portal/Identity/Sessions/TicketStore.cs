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
internal sealed partial class TicketStore(IDistributedCache cache, ISessionRegistry registry, IDataProtectionProvider protection, TimeProvider time, ILogger<TicketStore> logger) : ITicketStore
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
        // Found before it counts: no session stands that a sign-out everywhere would miss.
        foreach (var owner in SessionOwner.Of(ticket))
            await registry.AddAsync(owner, key, ends);
        await SessionsUnavailableException.Guard(() => cache.SetAsync(NameOf(key), bytes, new DistributedCacheEntryOptions { AbsoluteExpiration = ends }));
    }

    /// <summary>
    /// As the cookie handler calls it, at a sign-in and to prolong a session in use. One that cannot be prolonged just now only ends
    /// a little earlier; a new sign-in fails.
    /// </summary>
    public async Task RenewAsync(string key, AuthenticationTicket ticket, HttpContext httpContext, CancellationToken cancellationToken)
    {
        if (!Carries(ticket, key))
        {
            await RenewAsync(key, ticket);
            return;
        }

        try
        {
            await UpdateAsync(key, kept =>
            {
                kept.Properties.IssuedUtc = ticket.Properties.IssuedUtc;
                kept.Properties.ExpiresUtc = ticket.Properties.ExpiresUtc;
                return kept;
            });
        }
        catch (SessionsUnavailableException exception)
        {
            LogNotProlonged(exception);
        }
    }

    /// <summary>The ticket; null once it is removed, expired or no longer readable with the present keys.</summary>
    public async Task<AuthenticationTicket?> RetrieveAsync(string key)
    {
        var bytes = await SessionsUnavailableException.Guard(() => cache.GetAsync(NameOf(key)));
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

    public async Task RemoveAsync(string key)
    {
        await SessionsUnavailableException.Guard(() => cache.RemoveAsync(NameOf(key)));
        await registry.TellAsync(key);
    }

    /// <summary>
    /// Changes what is kept now: since the caller read it, a sign-out may have removed it and must not be undone, and its roles may
    /// have changed.
    /// </summary>
    /// <returns>False when it is gone.</returns>
    public async Task<bool> UpdateAsync(string key, Func<AuthenticationTicket, AuthenticationTicket> change)
    {
        if (await RetrieveAsync(key) is not { } kept)
            return false;
        await RenewAsync(key, change(kept));
        return true;
    }

    private static bool Carries(AuthenticationTicket ticket, string key) => ticket.Principal.HasClaim(IdentityClaims.Ticket, key);

    private static string NameOf(string key) => $"ccm:session:{key}";

    [LoggerMessage(7211, LogLevel.Warning, "A session could not be prolonged.")]
    private partial void LogNotProlonged(Exception exception);
}

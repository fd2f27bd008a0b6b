using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;

namespace Ccm.Portal.Identity.Sessions;

/// <summary>Asks on behalf of each open circuit whether its ticket still stands, so that a sign-out elsewhere ends it too.</summary>
internal sealed partial class TicketRevalidation(ITicketStore tickets, TimeProvider time, ILoggerFactory loggers)
    : RevalidatingServerAuthenticationStateProvider(loggers)
{
    private readonly ILogger _logger = loggers.CreateLogger<TicketRevalidation>();

    // The circuit was let in by a ticket that had this long to live at most.
    private DateTimeOffset _ends = time.GetUtcNow() + TicketStore.Lifetime;

    protected override TimeSpan RevalidationInterval => TimeSpan.FromSeconds(30);

    protected override Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState, CancellationToken cancellationToken) =>
        StandsAsync(authenticationState);

    /// <summary>
    /// False once the ticket is gone. While the session store cannot be reached, a circuit lives on until its ticket would
    /// have expired: what cannot be asked is not the same as what is gone.
    /// </summary>
    internal async Task<bool> StandsAsync(AuthenticationState state)
    {
        if (state.User.FindFirst(IdentityClaims.Ticket)?.Value is not { } key)
            return false;

        try
        {
            if (await tickets.RetrieveAsync(key) is not { } ticket)
                return false;

            _ends = ticket.Properties.ExpiresUtc ?? _ends;
        }
        catch (Exception exception)
        {
            LogUnreachable(exception);
        }

        return time.GetUtcNow() < _ends;
    }

    [LoggerMessage(7201, LogLevel.Warning, "The session store could not be read; the circuit goes on until its ticket would expire.")]
    private partial void LogUnreachable(Exception exception);
}

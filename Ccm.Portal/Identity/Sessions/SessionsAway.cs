using Ccm.Portal.Identity.Account;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;

namespace Ccm.Portal.Identity.Sessions;

/// <summary>
/// While sessions cannot be read, what needs one answers 503 with a page that says so: sending people to sign in would only
/// lead them back here. What needs none runs on: REST and its bearer tokens, health, files.
/// </summary>
internal sealed partial class SessionsAway(RequestDelegate next, ILogger<SessionsAway> logger)
{
    private static readonly object Item = new();

    public static void Mark(HttpContext context, SessionsUnavailableException exception) => context.Items[Item] = exception;

    public async Task InvokeAsync(HttpContext context)
    {
        // The handler keeps the answer: what follows does not ask the store a second time.
        await context.AuthenticateAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        if (context.Items[Item] is SessionsUnavailableException away && NeedsSession(context))
        {
            await AnswerAsync(context, away);
            return;
        }

        try
        {
            await next(context);
        }
        catch (SessionsUnavailableException exception) when (!context.Response.HasStarted)
        {
            // The end of a sign-in or a sign-out, which only now met the store.
            await AnswerAsync(context, exception);
        }
    }

    /// <summary>The account pages do, although anybody may ask for them: a sign-out must not claim what it could not do.</summary>
    private static bool NeedsSession(HttpContext context)
    {
        var path = context.Request.Path;
        return !path.StartsWithSegments("/api") && !path.StartsWithSegments("/hubs")
            && (path.StartsWithSegments("/account") || context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is null);
    }

    private async Task AnswerAsync(HttpContext context, SessionsUnavailableException exception)
    {
        LogAway(context.Request.Path, exception);
        context.Response.Clear();
        await AccountPages.SessionsAway(context).ExecuteAsync(context);
    }

    [LoggerMessage(7221, LogLevel.Warning, "{Path} was answered with 503: the session store does not answer.")]
    private partial void LogAway(string path, Exception exception);
}

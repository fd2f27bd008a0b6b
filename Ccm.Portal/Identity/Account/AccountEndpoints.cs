using Ccm.Engine.Domain;
using Ccm.Portal.Components;
using Ccm.Portal.Identity.Embedded;
using Ccm.Portal.Identity.Sessions;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Mvc;

namespace Ccm.Portal.Identity.Account;

/// <summary>Sign-in, sign-out and the page for those without a role: plain requests, no circuit and no script.</summary>
internal static partial class AccountEndpoints
{
    private const string Oidc = OpenIdConnectDefaults.AuthenticationScheme;

    private const string Session = CookieAuthenticationDefaults.AuthenticationScheme;

    private const long LargestForm = 32 * 1024;

    private const string SignInFirst = "/account/sign-in?returnUrl=%2Faccount";

    private const string FromAfar = "Demo users can sign in on this machine's loopback address only.";

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var account = endpoints.MapGroup("/account").AllowAnonymous().ExcludeFromDescription();
        account.WithMetadata(new RequestSizeLimitAttribute(LargestForm));
        account.MapGet("/sign-in", ShowSignInAsync);
        account.MapPost("/sign-in", SignInAsync);
        account.MapPost("/sign-out", SignOutAsync);
        account.MapPost("/end-session", EndSessionAsync);
        account.MapGet("/no-access", ShowNoAccess);
        account.MapPost("/view", SaveViewAsync);
        endpoints.MapGet("/account", ShowAccountAsync).AllowAnonymous().ExcludeFromDescription();
    }

    private static async Task<IResult> ShowSignInAsync(HttpContext context, IdentitySettings settings, ILoggerFactory loggers, string? returnUrl, string? reason)
    {
        var target = LocalUrl.OrHome(returnUrl);
        if (Actors.RolesOf(context.User).Any())
            return Results.Redirect(target);

        if (settings.Embedded)
        {
            return Loopback.Allows(context.Request)
                ? AccountPages.SignIn(context, target, Said(reason))
                : AccountPages.SignIn(context, target, FromAfar, StatusCodes.Status403Forbidden);
        }

        // Right after a sign-out or a failure the person decides when to go back; else the two sites would bounce them for ever.
        if (Said(reason) is { } message)
            return AccountPages.SignIn(context, target, message);

        return await ChallengeAsync(context, loggers, target);
    }

    private static async Task<IResult> SignInAsync(HttpContext context, IdentitySettings settings, IAntiforgery antiforgery, SignInRate rate, SessionEvents events, ILoggerFactory loggers)
    {
        if (await AccountForm.ReadAsync(context, antiforgery) is not { } form)
            return AccountPages.SignIn(context, "/", "The form was too old or came from another page. Please try again.", StatusCodes.Status400BadRequest);

        var target = LocalUrl.OrHome(form["returnUrl"]);
        if (!settings.Embedded)
            return await ChallengeAsync(context, loggers, target);

        if (!Loopback.Allows(context.Request))
            return AccountPages.SignIn(context, target, FromAfar, StatusCodes.Status403Forbidden);

        var logger = loggers.CreateLogger(typeof(AccountEndpoints));
        if (!rate.Allows(context))
            return AccountPages.SignIn(context, target, "Too many wrong passwords. Please wait a minute.", StatusCodes.Status429TooManyRequests);

        var demo = form["demo"].ToString();
        var role = demo.Length > 0 ? DemoUsers.Check(demo, demo) : DemoUsers.Check(form["username"], form["password"]);
        if (role is null)
        {
            rate.CountWrong(context);
            LogRefused(logger, context.Connection.RemoteIpAddress?.ToString());
            // What stands where a name should may be a password: only a name that exists is told on.
            var tried = DemoUsers.All.Select(IdentityClaims.NameOf).FirstOrDefault(known => known == form["username"]) ?? "unknown";
            events.Refused(new Actor(tried, tried, []), $"A wrong password, from {context.Connection.RemoteIpAddress}.");
            return AccountPages.SignIn(context, target, "The user name or the password is wrong.", StatusCodes.Status401Unauthorized);
        }

        var name = IdentityClaims.NameOf(role.Value);
        await context.SignInAsync(EmbeddedAuthority.Login, IdentityClaims.Principal(name, name, []));
        LogSignedIn(logger, name);
        // Somebody who was led here in the middle of the flow goes on with it; all others begin it now.
        return target.StartsWith($"{EmbeddedAuthority.AuthorizePath}?", StringComparison.Ordinal)
            ? Results.Redirect(target)
            : await ChallengeAsync(context, loggers, target);
    }

    private static async Task<IResult> SignOutAsync(HttpContext context, IAntiforgery antiforgery, SessionEnding sessions, SessionEvents events, ILoggerFactory loggers)
    {
        const string After = "/account/sign-in?reason=signed-out";
        if (context.User.Identity is not { IsAuthenticated: true })
            return Results.Redirect(After);

        if (await AccountForm.ReadAsync(context, antiforgery) is not { } form)
            return Results.Problem("The sign-out form was too old or came from another page.", statusCode: StatusCodes.Status400BadRequest);

        var logger = loggers.CreateLogger(typeof(AccountEndpoints));
        LogSignedOut(logger, context.User.Identity.Name);
        var person = Actors.ActorOf(context.User);
        var everywhere = form["everywhere"] == "true";
        if (everywhere)
            await sessions.EndAsync(SessionOwner.Subject(person.Id));
        await context.SignOutAsync(Session);
        events.SignedOut(person, everywhere ? "Signed out everywhere." : "Signed out.");
        try
        {
            await context.SignOutAsync(Oidc, new AuthenticationProperties { RedirectUri = After });
            return Results.Empty;
        }
        catch (Exception exception) when (IsAway(exception))
        {
            LogAway(logger, exception);
            return Results.Redirect(After);
        }
    }

    /// <summary>One of the person's own, as of a browser that was left signed in somewhere.</summary>
    private static async Task<IResult> EndSessionAsync(HttpContext context, IAntiforgery antiforgery, SessionEnding sessions, SessionEvents events, ILoggerFactory loggers)
    {
        if (context.User.Identity is not { IsAuthenticated: true })
            return Results.Redirect(SignInFirst);
        if (await AccountForm.ReadAsync(context, antiforgery) is not { } form)
            return Results.Problem("The form was too old or came from another page.", statusCode: StatusCodes.Status400BadRequest);
        var person = Actors.ActorOf(context.User);
        if ((await sessions.EndAsync(SessionOwner.Subject(person.Id), form["session"].ToString())).Count == 0)
            return Results.Redirect("/account?done=gone");
        LogEndedSession(loggers.CreateLogger(typeof(AccountEndpoints)), person.Name);
        events.SignedOut(person, "Ended one of their own sessions, from another browser.");
        return Results.Redirect("/account?done=session");
    }

    private static IResult ShowNoAccess(HttpContext context)
    {
        if (context.User.Identity is not { IsAuthenticated: true })
            return Results.Redirect("/account/sign-in");

        return Actors.RolesOf(context.User).Any() ? Results.Redirect("/") : AccountPages.NoAccess(context);
    }

    private static async Task<IResult> ShowAccountAsync(HttpContext context, IdentitySettings settings, OpenSessions sessions, string? done)
    {
        if (context.User.Identity is not { IsAuthenticated: true })
            return Results.Redirect(SignInFirst);
        var ticket = await context.AuthenticateAsync(Session);
        var open = await sessions.FindAsync(Actors.ActorOf(context.User).Id, context.User.FindFirst(IdentityClaims.Ticket)?.Value);
        return AccountPages.Account(context, AccountFacts.Of(context, settings, SessionFacts.Of(ticket.Properties), open), Done(done));
    }

    /// <summary>Into cookies, as the browser's own script does: the server paints the next page by them.</summary>
    private static async Task<IResult> SaveViewAsync(HttpContext context, IAntiforgery antiforgery)
    {
        if (await AccountForm.ReadAsync(context, antiforgery) is not { } form)
            return Results.Problem("The form was too old or came from another page.", statusCode: StatusCodes.Status400BadRequest);
        var kept = new CookieOptions { Path = "/", MaxAge = TimeSpan.FromDays(365), SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps };
        context.Response.Cookies.Append(Viewer.ThemeCookie, form["theme"] == "dark" ? "dark" : "light", kept);
        var zone = form["zone"].ToString();
        if (Viewer.IsZone(zone))
            context.Response.Cookies.Append(Viewer.ChosenZoneCookie, zone, kept);
        else
            context.Response.Cookies.Delete(Viewer.ChosenZoneCookie, kept);
        return Results.Redirect("/account?done=view");
    }

    private static async Task<IResult> ChallengeAsync(HttpContext context, ILoggerFactory loggers, string target)
    {
        try
        {
            await context.ChallengeAsync(Oidc, new AuthenticationProperties { RedirectUri = target });
            return Results.Empty;
        }
        catch (Exception exception) when (IsAway(exception))
        {
            LogAway(loggers.CreateLogger(typeof(AccountEndpoints)), exception);
            return AccountPages.SignIn(context, target, "The identity provider cannot be reached. Please try again later.", StatusCodes.Status503ServiceUnavailable);
        }
    }

    /// <summary>The handler wraps whatever keeps it from the provider's metadata in these.</summary>
    private static bool IsAway(Exception exception) => exception is InvalidOperationException or HttpRequestException or IOException;

    private static string? Said(string? reason) => reason switch
    {
        "signed-out" => "You are signed out.",
        "failed" => "The sign-in did not complete. Please try again.",
        _ => null,
    };

    private static string? Done(string? what) => what switch
    {
        "view" => "Saved.",
        "session" => "That session is ended, and its pages are closed.",
        "gone" => "That session had ended already.",
        _ => null,
    };

    [LoggerMessage(7001, LogLevel.Information, "{Name} gave the right password.")]
    private static partial void LogSignedIn(ILogger logger, string name);

    [LoggerMessage(7002, LogLevel.Warning, "A sign-in from {Address} was refused.")]
    private static partial void LogRefused(ILogger logger, string? address);

    [LoggerMessage(7003, LogLevel.Information, "{Name} signed out.")]
    private static partial void LogSignedOut(ILogger logger, string? name);

    [LoggerMessage(7005, LogLevel.Information, "{Name} ended one of their sessions.")]
    private static partial void LogEndedSession(ILogger logger, string name);

    [LoggerMessage(7004, LogLevel.Error, "The identity provider cannot be reached.")]
    private static partial void LogAway(ILogger logger, Exception exception);
}

using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Ccm.Portal.Identity.Account;

/// <summary>Renders the static account pages, each with a fresh antiforgery token and never cached.</summary>
internal static class AccountPages
{
    public static IResult SignIn(HttpContext context, string returnUrl, string? message, int status = StatusCodes.Status200OK) =>
        Page<SignInPage>(context, status, new()
        {
            [nameof(SignInPage.ReturnUrl)] = returnUrl,
            [nameof(SignInPage.Message)] = message,
            [nameof(SignInPage.Failed)] = status >= 400,
            [nameof(SignInPage.Embedded)] = context.RequestServices.GetRequiredService<IdentitySettings>().Embedded,
        });

    public static IResult Account(HttpContext context, AccountFacts facts, string? done) => Page<AccountPage>(context, StatusCodes.Status200OK, new()
    {
        [nameof(AccountPage.Facts)] = facts,
        [nameof(AccountPage.Done)] = done,
    });

    public static IResult NoAccess(HttpContext context) => Page<NoAccessPage>(context, StatusCodes.Status403Forbidden, new()
    {
        [nameof(NoAccessPage.Name)] = context.User.Identity?.Name,
    });

    public static IResult SessionsAway(HttpContext context) => Away<SessionsAwayPage>(context, []);

    public static IResult KeysAway(HttpContext context, string reason) => Away<KeysAwayPage>(context, new() { [nameof(KeysAwayPage.Reason)] = reason });

    /// <summary>Asks nothing of any store, not even for an antiforgery token.</summary>
    private static RazorComponentResult<TPage> Away<TPage>(HttpContext context, Dictionary<string, object?> parameters)
        where TPage : Microsoft.AspNetCore.Components.IComponent
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.RetryAfter = "5";
        return new RazorComponentResult<TPage>(parameters) { StatusCode = StatusCodes.Status503ServiceUnavailable, PreventStreamingRendering = true };
    }

    private static RazorComponentResult<TPage> Page<TPage>(HttpContext context, int status, Dictionary<string, object?> parameters)
        where TPage : Microsoft.AspNetCore.Components.IComponent
    {
        parameters["Token"] = context.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(context);
        context.Response.Headers.CacheControl = "no-store";
        return new RazorComponentResult<TPage>(parameters) { StatusCode = status, PreventStreamingRendering = true };
    }
}

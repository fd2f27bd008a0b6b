using Ccm.Portal.Identity.Sessions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.IdentityModel.Tokens;

namespace Ccm.Portal.Identity;

/// <summary>Where an external provider tells that somebody signed out there: OpenID Connect Back-Channel Logout 1.0.</summary>
internal static partial class BackChannelLogout
{
    public const string Path = "/signout-backchannel-oidc";

    private const long LargestForm = 32 * 1024;

    public static void Map(IEndpointRouteBuilder endpoints) => endpoints.MapPost(Path, HandleAsync)
        .AllowAnonymous().DisableAntiforgery().ExcludeFromDescription().WithMetadata(new RequestSizeLimitAttribute(LargestForm));

    private static async Task<IResult> HandleAsync(
        HttpContext context, LogoutTokens tokens, SessionEnding sessions, ISessionRegistry registry, SessionEvents events, TimeProvider time, ILoggerFactory loggers)
    {
        var logger = loggers.CreateLogger(typeof(BackChannelLogout));
        context.Response.Headers.CacheControl = "no-store";
        try
        {
            var form = context.Request.HasFormContentType ? await context.Request.ReadFormAsync(context.RequestAborted) : null;
            if (form?["logout_token"].ToString() is not { Length: > 0 } text)
                return Refuse(logger, "The form field logout_token is missing.");
            var token = await tokens.ReadAsync(text);
            var use = $"logout:{token.Id}";
            if (!await registry.ClaimAsync(use, token.Ends - time.GetUtcNow() + TimeSpan.FromMinutes(2)))
                return Refuse(logger, "The token was used before.");
            try
            {
                // With a session named, it is that one that ended, and no other of the same person.
                var owner = token.ProviderSession is { Length: > 0 } sid ? SessionOwner.ProviderSession(sid) : SessionOwner.Subject(token.Subject!);
                foreach (var person in await sessions.EndAsync(owner))
                {
                    LogEnded(logger, person.Name);
                    events.SignedOut(person, "The identity provider signed them out.");
                }
                return Results.Ok();
            }
            catch (SessionsUnavailableException)
            {
                await registry.ReleaseAsync(use);
                throw;
            }
        }
        catch (SecurityTokenException exception)
        {
            return Refuse(logger, $"The logout token is refused: {exception.Message}");
        }
        catch (Exception exception) when (exception is InvalidDataException or BadHttpRequestException)
        {
            return Refuse(logger, "The form cannot be read.");
        }
        catch (SessionsUnavailableException exception)
        {
            // The specification has one answer for whatever kept a logout from happening.
            return Refuse(logger, exception.Message);
        }
    }

    private static IResult Refuse(ILogger logger, string reason)
    {
        LogRefused(logger, reason);
        return Results.Json(new { error = "invalid_request", error_description = reason }, statusCode: StatusCodes.Status400BadRequest);
    }

    [LoggerMessage(7311, LogLevel.Information, "The provider signed {Name} out; a session ended.")]
    private static partial void LogEnded(ILogger logger, string name);

    [LoggerMessage(7312, LogLevel.Warning, "A back-channel logout was refused. {Reason}")]
    private static partial void LogRefused(ILogger logger, string reason);
}

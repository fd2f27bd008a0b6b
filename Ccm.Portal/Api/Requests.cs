using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Portal.Identity;

namespace Ccm.Portal.Api;

/// <summary>Who asks, and which operation a request is.</summary>
internal static class Requests
{
    public const string IdempotencyKey = "Idempotency-Key";
    private const int LongestKey = 200;

    public static Actor Actor(this HttpContext http) => Actors.ActorOf(http.User) with { ByRest = true };

    /// <summary>The operation that the caller's idempotency key names, else a new one.</summary>
    /// <param name="body">As it was sent; another body under the same key is a conflict.</param>
    public static Operation Operation(this HttpContext http, string body)
    {
        var keys = http.Request.Headers[IdempotencyKey];
        if (keys.Count == 0)
            return Ccm.Engine.Control.Operation.New();
        if (keys.Count > 1 || keys[0] is not { Length: > 0 and <= LongestKey } key)
            throw RefusedException.Invalid(IdempotencyKey, "The header is given twice, is empty or too long.", $"Give one key of 1 to {LongestKey} characters, such as a random UUID.");
        return Ccm.Engine.Control.Operation.Keyed(http.Actor().Id, http.Request.Method, http.Request.Path, key, $"{http.Request.QueryString}\n{body}");
    }
}

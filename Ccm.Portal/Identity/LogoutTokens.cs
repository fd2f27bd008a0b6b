using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Ccm.Portal.Identity;

/// <summary>What a provider's logout token says: whose sessions end, or which one.</summary>
/// <param name="Id">Never used twice.</param>
/// <param name="Ends">After which nobody may use it.</param>
internal sealed record LogoutToken(string Id, DateTimeOffset Ends, string? Subject, string? ProviderSession);

/// <summary>Reads logout tokens as OpenID Connect Back-Channel Logout 1.0 §2.6 wants it; keys are fetched anew when one is unknown.</summary>
internal sealed class LogoutTokens(ProviderMetadata provider, IdentitySettings settings, TimeProvider time)
{
    private const string Event = "http://schemas.openid.net/event/backchannel-logout";

    /// <summary>Public keys only: with the client's secret for a key the client itself could sign.</summary>
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384,
        SecurityAlgorithms.RsaSsaPssSha512, SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    /// <exception cref="SecurityTokenException">What is wrong with it.</exception>
    public async Task<LogoutToken> ReadAsync(string text)
    {
        var result = await new JsonWebTokenHandler { MapInboundClaims = false }.ValidateTokenAsync(text, new TokenValidationParameters
        {
            ConfigurationManager = provider,
            ValidAudience = settings.ClientId,
            ValidAlgorithms = Algorithms,
            LifetimeValidator = TokenTimes.Validator(time),
        });
        if (!result.IsValid)
            throw result.Exception as SecurityTokenException ?? new SecurityTokenException("The token is malformed.", result.Exception);
        return Read((JsonWebToken)result.SecurityToken);
    }

    private static LogoutToken Read(JsonWebToken token)
    {
        Require(token.Typ is null or "" or "JWT" or "logout+jwt", "Its type is not logout+jwt.");
        Require(token.TryGetPayloadValue<JsonElement>("events", out var events) && events.ValueKind == JsonValueKind.Object
            && events.TryGetProperty(Event, out var happened) && happened.ValueKind == JsonValueKind.Object, "It tells of no logout.");
        Require(!token.TryGetPayloadValue<object>("nonce", out _), "It has a nonce, as only an id token may.");
        Require(token.TryGetPayloadValue<long>("iat", out _), "It does not say when it was issued.");
        Require(token.Id is { Length: > 0 }, "It has no id.");
        token.TryGetPayloadValue<string>("sid", out var sid);
        Require(!string.IsNullOrEmpty(token.Subject) || !string.IsNullOrEmpty(sid), "It names neither a subject nor a session.");
        return new LogoutToken(token.Id, new DateTimeOffset(token.ValidTo, TimeSpan.Zero), token.Subject, sid);
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
            throw new SecurityTokenException(otherwise);
    }
}

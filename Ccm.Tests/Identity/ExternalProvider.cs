using System.Collections.Concurrent;
using System.Security.Cryptography;
using Ccm.Portal.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Ccm.Tests.Identity;

/// <summary>
/// An OpenID provider of somebody else's, with a real address: it signs everybody in as Ann at once, checks the client's
/// secret and PKCE, and tells her groups in the user info only.
/// </summary>
internal sealed class ExternalProvider : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly RsaSecurityKey _key = new(RSA.Create(2048)) { KeyId = "1" };
    private readonly ConcurrentDictionary<string, (string Nonce, string Challenge)> _codes = new();

    private ExternalProvider()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapGet("/.well-known/openid-configuration", () => new
        {
            issuer = Issuer,
            authorization_endpoint = $"{Issuer}/authorize",
            token_endpoint = $"{Issuer}/token",
            userinfo_endpoint = $"{Issuer}/userinfo",
            end_session_endpoint = OffersLogout ? $"{Issuer}/logout" : null,
            jwks_uri = $"{Issuer}/keys",
        });
        _app.MapGet("/keys", () => Results.Text($$"""{"keys":[{"kty":"RSA","kid":"1","use":"sig","n":"{{Part(rsa => rsa.Modulus!)}}","e":"{{Part(rsa => rsa.Exponent!)}}"}]}""", "application/json"));
        _app.MapGet("/authorize", Authorize);
        _app.MapPost("/token", RedeemAsync);
        _app.MapGet("/userinfo", () => new { sub = "ann-1", name = "Ann", groups = Groups });
        _app.MapGet("/logout", (string post_logout_redirect_uri, string client_id, string state) =>
            Results.Redirect($"{post_logout_redirect_uri}?state={Uri.EscapeDataString(state)}&was={client_id}"));
    }

    public string Issuer => _app.Urls.First();

    public string[] Groups { get; set; } = ["lab-admins"];

    /// <summary>Its own session with Ann, as the id tokens name it.</summary>
    public string Session { get; set; } = "session-1";

    public bool OffersLogout { get; set; } = true;

    public static async Task<ExternalProvider> StartAsync()
    {
        var provider = new ExternalProvider();
        await provider._app.StartAsync(TestContext.Current.CancellationToken);
        return provider;
    }

    /// <summary>Settings of a portal that trusts this provider; the groups are mapped by name.</summary>
    public Dictionary<string, string?> Settings() => new()
    {
        ["Authentication:Oidc:Authority"] = Issuer,
        ["Authentication:Oidc:ClientId"] = "portal-at-work",
        ["Authentication:Oidc:ClientSecret"] = "s3cret",
        ["Authentication:Oidc:RoleClaim"] = "groups",
        ["Authentication:Oidc:RoleMap:lab-admins"] = "admin",
        ["Authentication:Oidc:RoleMap:https://groups.example/7"] = "Viewer",
    };

    public string AccessToken(string audience = IdentitySettings.ApiAudience, params string[] groups) =>
        Sign(new() { ["sub"] = "robot", ["groups"] = groups }, audience);

    /// <summary>A logout token with these claims over the usual ones; a null takes one away.</summary>
    /// <param name="forged">Signed by somebody else, under the same key's name.</param>
    public string LogoutToken(Dictionary<string, object?> claims, string audience = "portal-at-work", bool forged = false)
    {
        var all = new Dictionary<string, object?>
        {
            ["sub"] = "ann-1",
            ["jti"] = Guid.NewGuid().ToString(),
            ["events"] = new Dictionary<string, object> { ["http://schemas.openid.net/event/backchannel-logout"] = new Dictionary<string, object>() },
        };
        foreach (var (name, value) in claims)
            all[name] = value;
        var given = all.Where(claim => claim.Value is not null).ToDictionary(claim => claim.Key, claim => claim.Value!);
        return Sign(given, audience, forged ? new RsaSecurityKey(RSA.Create(2048)) { KeyId = "1" } : _key);
    }

    /// <summary>For the API, of somebody named.</summary>
    public string AccessTokenOf(string subject, string group) =>
        Sign(new() { ["sub"] = subject, ["groups"] = new[] { group } }, IdentitySettings.ApiAudience);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private IResult Authorize(string redirect_uri, string state, string nonce, string code_challenge)
    {
        var code = Guid.NewGuid().ToString("n");
        _codes[code] = (nonce, code_challenge);
        return Results.Redirect($"{redirect_uri}?code={code}&state={Uri.EscapeDataString(state)}");
    }

    private async Task<IResult> RedeemAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync(TestContext.Current.CancellationToken);
        var verifier = WebEncoders.Base64UrlEncode(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(form["code_verifier"].ToString())));
        if (form["client_secret"] != "s3cret" || !_codes.TryRemove(form["code"].ToString(), out var code) || code.Challenge != verifier)
            return Results.Json(new { error = "invalid_grant" }, statusCode: StatusCodes.Status400BadRequest);

        var token = Sign(new() { ["sub"] = "ann-1", ["nonce"] = code.Nonce, ["sid"] = Session }, "portal-at-work");
        return Results.Json(new { access_token = "opaque", token_type = "Bearer", id_token = token });
    }

    private string Sign(Dictionary<string, object> claims, string audience, SecurityKey? key = null) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Issuer = claims.GetValueOrDefault("iss") as string ?? Issuer,
        Audience = audience,
        Claims = new Dictionary<string, object>(claims) { ["exp"] = claims.GetValueOrDefault("exp") ?? TimeProvider.System.GetUtcNow().AddMinutes(30).ToUnixTimeSeconds() },
        SigningCredentials = new SigningCredentials(key ?? _key, SecurityAlgorithms.RsaSha256),
    });

    private string Part(Func<RSAParameters, byte[]> part) => WebEncoders.Base64UrlEncode(part(_key.Rsa.ExportParameters(includePrivateParameters: false)));
}

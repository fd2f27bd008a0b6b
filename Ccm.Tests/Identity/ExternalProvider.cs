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

        var token = Sign(new() { ["sub"] = "ann-1", ["nonce"] = code.Nonce }, "portal-at-work");
        return Results.Json(new { access_token = "opaque", token_type = "Bearer", id_token = token });
    }

    private string Sign(Dictionary<string, object> claims, string audience) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Issuer = Issuer,
        Audience = audience,
        Claims = claims,
        SigningCredentials = new SigningCredentials(_key, SecurityAlgorithms.RsaSha256),
    });

    private string Part(Func<RSAParameters, byte[]> part) => WebEncoders.Base64UrlEncode(part(_key.Rsa.ExportParameters(includePrivateParameters: false)));
}

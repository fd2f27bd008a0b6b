using System.Collections.Immutable;

namespace Ccm.Portal.Identity;

/// <summary>Who vouches for people and programs, as the settings under <c>Authentication:Oidc</c> say.</summary>
internal sealed record IdentitySettings
{
    /// <summary>The audience that a token must carry to be let into the API.</summary>
    public const string ApiAudience = "ccm.api";

    /// <summary>The client as which the portal signs people in at the embedded provider.</summary>
    public const string PortalClient = "ccm-portal";

    /// <summary>The provider's address; null stands for the embedded provider.</summary>
    public Uri? Authority { get; init; }

    public string ClientId { get; init; } = PortalClient;

    /// <summary>Null for a public client, which PKCE alone protects.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>What an external provider is asked for.</summary>
    public ImmutableArray<string> Scopes { get; init; } = ["openid", "profile"];

    public required RoleMap Roles { get; init; }

    public bool Embedded => Authority is null;

    /// <exception cref="InvalidOperationException">Settings are missing or wrong; the message names every one of them.</exception>
    public static IdentitySettings From(IConfiguration configuration, IHostEnvironment environment)
    {
        var section = configuration.GetSection("Authentication:Oidc");
        var faults = new List<string>();
        var authority = ReadAuthority(section["Authority"], faults);
        if (authority is null && environment.IsProduction() && !configuration.GetValue<bool>("Ccm:Embedded"))
            faults.Add("Authentication:Oidc:Authority must be set in Production; the embedded identity provider with its demo users needs Ccm:Embedded=true.");

        if (authority is not null && string.IsNullOrWhiteSpace(section["ClientId"]))
            faults.Add("Authentication:Oidc:ClientId must be set with Authentication:Oidc:Authority.");

        var map = RoleMap.From(section, faults);
        if (faults.Count > 0)
            throw new InvalidOperationException(string.Join(Environment.NewLine, faults));

        var settings = new IdentitySettings { Roles = map };
        return authority is null
            ? settings with { Roles = RoleMap.Own }
            : settings with { Authority = authority, ClientId = section["ClientId"]!, ClientSecret = section["ClientSecret"], Scopes = ReadScopes(section["Scope"]) ?? settings.Scopes };
    }

    private static ImmutableArray<string>? ReadScopes(string? text) =>
        string.IsNullOrWhiteSpace(text) ? null : [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Append("openid").Distinct()];

    /// <summary>Plain HTTP is left to a provider on this machine: tokens must not cross a network in the clear.</summary>
    private static Uri? ReadAuthority(string? text, List<string> faults)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;

        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback)))
            return uri;

        faults.Add($"Authentication:Oidc:Authority must be an https address, not '{text}'.");
        return null;
    }
}

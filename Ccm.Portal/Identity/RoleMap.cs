using System.Collections.Immutable;
using System.Security.Claims;
using Ccm.Engine.Domain;

namespace Ccm.Portal.Identity;

/// <summary>From the provider's groups to CCM's roles. A group that is not named gives nothing.</summary>
/// <param name="ClaimType">The claim that lists the groups.</param>
internal sealed record RoleMap(string ClaimType, ImmutableDictionary<string, Role> Groups)
{
    public const string DefaultClaim = "roles";

    /// <summary>The four role names, each as itself.</summary>
    public static readonly RoleMap Own = new(DefaultClaim, Enum.GetValues<Role>().ToImmutableDictionary(IdentityClaims.NameOf, role => role, StringComparer.Ordinal));

    /// <summary>Reads <c>RoleClaim</c> and <c>RoleMap:{group}={role}</c>; without a map the role names map to themselves.</summary>
    public static RoleMap From(IConfiguration section, List<string> faults)
    {
        var groups = ImmutableDictionary.CreateBuilder<string, Role>(StringComparer.Ordinal);
        var map = section.GetSection("RoleMap");
        foreach (var (key, value) in map.AsEnumerable(makePathsRelative: true))
        {
            // A group may itself hold colons; the sections on the way to it have no value.
            if (value is null)
                continue;

            if (IdentityClaims.RoleOf(value) is { } role)
                groups[key] = role;
            else
                faults.Add($"Authentication:Oidc:RoleMap:{key} must be viewer, user, operator or admin, not '{value}'.");
        }

        var claim = section["RoleClaim"] is { Length: > 0 } named ? named : DefaultClaim;
        return new RoleMap(claim, groups.Count > 0 ? groups.ToImmutable() : Own.Groups);
    }

    /// <summary>What CCM keeps of a provider's token: subject, name and mapped roles, nothing else.</summary>
    public ClaimsPrincipal Reduce(ClaimsPrincipal provided)
    {
        var subject = provided.FindFirst(IdentityClaims.Subject)?.Value ?? "";
        var name = provided.FindFirst(IdentityClaims.Name)?.Value
            ?? provided.FindFirst("preferred_username")?.Value
            ?? provided.FindFirst("client_id")?.Value
            ?? subject;
        return IdentityClaims.Principal(subject, name, RolesOf(provided));
    }

    /// <summary>What the provider's groups give; one may come twice.</summary>
    public IEnumerable<Role> RolesOf(ClaimsPrincipal provided) => GroupsOf(provided).Select(group => Groups[group]);

    /// <summary>Those of the provider's groups that give a role.</summary>
    public IEnumerable<string> GroupsOf(ClaimsPrincipal provided) => provided.FindAll(ClaimType).Select(claim => claim.Value).Where(Groups.ContainsKey);
}

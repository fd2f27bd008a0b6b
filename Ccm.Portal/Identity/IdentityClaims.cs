using System.Security.Claims;
using Ccm.Engine.Domain;

namespace Ccm.Portal.Identity;

/// <summary>The claims of a signed-in person or program inside CCM, whichever provider vouched for them.</summary>
internal static class IdentityClaims
{
    public const string Subject = "sub";

    public const string Name = "name";

    public const string Role = "role";

    /// <summary>Key of the server-side ticket; only portal sessions have one.</summary>
    public const string Ticket = "ccm_ticket";

    public static ClaimsPrincipal Principal(string subject, string name, IEnumerable<Role> roles)
    {
        var identity = new ClaimsIdentity("ccm", Name, Role);
        identity.AddClaim(new Claim(Subject, subject));
        identity.AddClaim(new Claim(Name, name));
        foreach (var role in roles.Distinct().Order())
            identity.AddClaim(new Claim(Role, NameOf(role)));

        return new ClaimsPrincipal(identity);
    }

    public static string NameOf(Role role) => role.ToString().ToLowerInvariant();

    /// <summary>The role of that name, upper or lower case; null for any other text, numbers included.</summary>
    public static Role? RoleOf(string name)
    {
        foreach (var role in Enum.GetValues<Role>())
        {
            if (string.Equals(role.ToString(), name, StringComparison.OrdinalIgnoreCase))
                return role;
        }

        return null;
    }
}

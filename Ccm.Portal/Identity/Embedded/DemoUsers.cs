using System.Collections.Immutable;
using Ccm.Engine.Domain;

namespace Ccm.Portal.Identity.Embedded;

/// <summary>The people whom the embedded provider knows: one per role, each with its own name as the password.</summary>
internal static class DemoUsers
{
    public static readonly ImmutableArray<Role> All = [Role.Admin, Role.Operator, Role.User, Role.Viewer];

    /// <summary>The role, and thereby the name, of whoever gives these; null when they are wrong.</summary>
    public static Role? Check(string? username, string? password)
    {
        foreach (var role in All)
        {
            var name = IdentityClaims.NameOf(role);
            if (string.Equals(username, name, StringComparison.Ordinal) && string.Equals(password, name, StringComparison.Ordinal))
                return role;
        }

        return null;
    }
}

using System.Security.Claims;
using Ccm.Engine.Domain;

namespace Ccm.Portal.Identity;

/// <summary>Turns who is signed in into who acts.</summary>
public static class Actors
{
    /// <summary>
    /// The actor behind a portal session or an API token: its subject, its name and its known roles.
    /// Somebody without a role becomes an actor who may do nothing.
    /// </summary>
    /// <exception cref="InvalidOperationException">Nobody is signed in, or the token has no subject.</exception>
    public static Actor ActorOf(ClaimsPrincipal principal)
    {
        var subject = principal.FindFirst(IdentityClaims.Subject)?.Value;
        if (principal.Identity is not { IsAuthenticated: true } || string.IsNullOrEmpty(subject))
            throw new InvalidOperationException("Nobody is signed in: the principal has no subject.");

        var name = principal.FindFirst(IdentityClaims.Name)?.Value ?? subject;
        return new Actor(subject, name, [.. RolesOf(principal)]);
    }

    internal static IEnumerable<Role> RolesOf(ClaimsPrincipal principal) =>
        principal.FindAll(IdentityClaims.Role)
            .Select(claim => IdentityClaims.RoleOf(claim.Value))
            .OfType<Role>()
            .Distinct();
}

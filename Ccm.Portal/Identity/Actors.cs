using System.Security.Claims;
using Ccm.Engine.Domain;

namespace Ccm.Portal.Identity;

/// <summary>Makes the domain's actor of a signed-in principal.</summary>
public static class Actors
{
    public static Actor ActorOf(ClaimsPrincipal user)
    {
        var id = user.FindFirstValue("sub") ?? "";
        return new Actor(id, user.FindFirstValue("name") ?? id,
            [.. user.FindAll("role").Select(claim => Enum.TryParse<Role>(claim.Value, ignoreCase: true, out var role) ? role : (Role?)null).OfType<Role>().Distinct()]);
    }
}

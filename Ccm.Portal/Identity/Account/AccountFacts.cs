using Ccm.Engine.Domain;
using Ccm.Portal.Components;
using Ccm.Portal.Identity.Sessions;

namespace Ccm.Portal.Identity.Account;

/// <summary>What a person is shown of themselves.</summary>
/// <param name="Roles">Each with the provider's groups that give it; none where the session does not know.</param>
/// <param name="ChosenZone">Null: the browser's.</param>
public sealed record AccountFacts(
    string Name, string Provider, IReadOnlyList<(string Role, IReadOnlyList<string> Groups)> Roles,
    Viewer Viewer, string? ChosenZone, string? BrowserZone, IReadOnlyList<OpenSession> Sessions)
{
    internal static AccountFacts Of(HttpContext context, IdentitySettings settings, SessionFacts? facts, IReadOnlyList<OpenSession> sessions)
    {
        var person = Actors.ActorOf(context.User);
        var cookies = context.Request.Cookies;
        return new AccountFacts(person.Name, settings.Authority?.Host ?? "the built-in provider", [.. person.Roles.Order().Select(role => (IdentityClaims.NameOf(role), Giving(role)))],
            Viewer.Of(cookies), cookies[Viewer.ChosenZoneCookie] is { } chosen && Viewer.IsZone(chosen) ? chosen : null, cookies[Viewer.BrowserZoneCookie], sessions);

        IReadOnlyList<string> Giving(Role role) => [.. (facts?.Groups ?? []).Where(group => settings.Roles.Groups.TryGetValue(group, out var given) && given == role).Order(StringComparer.Ordinal)];
    }
}

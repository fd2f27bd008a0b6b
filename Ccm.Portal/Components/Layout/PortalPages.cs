using Ccm.Engine.Domain;
using MudBlazor;

namespace Ccm.Portal.Components.Layout;

/// <summary>A page that one can go to.</summary>
/// <param name="Group">Under which it stands in the navigation; empty: by itself.</param>
/// <param name="Needs">Without it the page is not offered.</param>
/// <param name="Key">Pressed after <c>g</c> it leads there.</param>
internal sealed record PortalPage(string Title, string Href, string Icon, string Group, Permission Needs, char Key)
{
    /// <summary>Plain requests outside the circuit: the browser loads such a page whole.</summary>
    public bool IsStatic => Href.StartsWith("/account", StringComparison.Ordinal);
}

/// <summary>The pages there are, in the order of the navigation; the palette and the shortcuts offer the same.</summary>
internal static class PortalPages
{
    public static readonly IReadOnlyList<PortalPage> All =
    [
        new("Overview", "/overview", Icons.Material.Outlined.SpaceDashboard, "", Permission.ReadOwn, 'o'),
        new("Instances", "/instances", Icons.Material.Outlined.Lan, "Fleet", Permission.ReadOwn, 'i'),
        new("Workers", "/workers", Icons.Material.Outlined.Dns, "Fleet", Permission.ReadAll, 'w'),
        new("Reservations", "/reservations", Icons.Material.Outlined.CalendarMonth, "Fleet", Permission.ReadOwn, 'r'),
        new("Scaling", "/scaling", Icons.Material.Outlined.StackedLineChart, "Fleet", Permission.ReadAll, 's'),
        new("Definitions", "/definitions", Icons.Material.Outlined.AccountTree, "Catalogue", Permission.ReadOwn, 'd'),
        new("Worker templates", "/templates", Icons.Material.Outlined.Inventory2, "Catalogue", Permission.ReadAll, 't'),
        new("Audit", "/audit", Icons.Material.Outlined.History, "Operation", Permission.ReadAll, 'a'),
        new("System", "/system", Icons.Material.Outlined.MonitorHeart, "Operation", Permission.ReadAll, 'y'),
        new("Account", "/account", Icons.Material.Outlined.AccountCircle, "You", Permission.ReadOwn, 'c'),
    ];

    public static IEnumerable<PortalPage> For(Actor actor) => All.Where(page => actor.May(page.Needs));
}

using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using MudBlazor;

namespace Ccm.Portal.Components.Layout;

/// <summary>What matches what somebody typed, the best first. Only what they may see and do.</summary>
internal static class PaletteSearch
{
    public const int Most = 20;

    public const string Reserve = "reserve";

    private const int Never = 1000;

    /// <summary>Instances that match: among more the best are no better, and one types on.</summary>
    private const int Enough = 500;

    public static ImmutableArray<PaletteHit> Find(FleetSnapshot fleet, Actor actor, IEnumerable<PortalPage> pages, string text)
    {
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var offered = Actions(actor).Concat(pages.Where(page => actor.May(page.Needs)).Select(page => new PaletteHit(PaletteKind.Page, page.Title, "Page", page.Icon, page.Href)));
        // Without a word the whole fleet would match.
        if (words.Length > 0)
            offered = offered.Concat(Definitions(fleet, actor)).Concat(Templates(fleet, actor, pages)).Concat(Workers(fleet, actor)).Concat(Instances(fleet, actor, words));
        var ranked = from hit in offered
                     let rank = words.Sum(word => Rank(hit, word) ?? Never)
                     where rank < Never
                     orderby rank, hit.Kind, hit.Title, hit.Target
                     select hit;
        return [.. ranked.Take(Most)];
    }

    /// <summary>0 is best; null: the word is nowhere in it.</summary>
    private static int? Rank(PaletteHit hit, string word)
    {
        if (string.Equals(hit.Title, word, StringComparison.OrdinalIgnoreCase))
            return 0;
        return hit.Title.IndexOf(word, StringComparison.OrdinalIgnoreCase) switch
        {
            0 => 1,
            > 0 and var at when !char.IsLetterOrDigit(hit.Title[at - 1]) => 2,
            > 0 => 3,
            _ => hit.Detail.Contains(word, StringComparison.OrdinalIgnoreCase) ? 4 : null,
        };
    }

    private static IEnumerable<PaletteHit> Actions(Actor actor)
    {
        if (actor.May(Permission.ManageOwnInstances))
            yield return new PaletteHit(PaletteKind.Action, "Reserve a lab", "Action", Icons.Material.Filled.Add, Reserve);
        yield return new PaletteHit(PaletteKind.Action, "Switch between light and dark theme", "Action", Icons.Material.Outlined.Contrast, "t");
        yield return new PaletteHit(PaletteKind.Action, "Pause or resume the live rows", "Action", Icons.Material.Outlined.PauseCircle, "p");
        yield return new PaletteHit(PaletteKind.Action, "Show the keyboard shortcuts", "Action", Icons.Material.Outlined.Keyboard, "?");
        yield return new PaletteHit(PaletteKind.Action, "Sign out", "Action", Icons.Material.Outlined.Logout, "sign-out");
    }

    private static IEnumerable<PaletteHit> Definitions(FleetSnapshot fleet, Actor actor) => !actor.May(Permission.ReadOwn) ? []
        : fleet.Definitions.Where(pair => pair.Value.Value is { Status: not DefinitionStatus.Deleted, Latest: not null })
            .Select(pair => new PaletteHit(PaletteKind.Definition, pair.Key, $"Definition {pair.Value.Value.Latest} {Capitals(pair.Value.Value.Status)}", Icons.Material.Outlined.AccountTree, $"/definitions/{pair.Key}"));

    /// <summary>Where templates have pages.</summary>
    private static IEnumerable<PaletteHit> Templates(FleetSnapshot fleet, Actor actor, IEnumerable<PortalPage> pages) =>
        !actor.May(Permission.ReadAll) || pages.All(page => page.Href != "/templates") ? []
        : fleet.Templates.Where(pair => pair.Value.Value is { Deleted: false, Revision: > 0 })
            .Select(pair => new PaletteHit(PaletteKind.Template, pair.Key, $"Worker template, {Counted.Of(pair.Value.Value.Workers, "worker")}", Icons.Material.Outlined.Memory, $"/templates/{pair.Key}"));

    private static IEnumerable<PaletteHit> Workers(FleetSnapshot fleet, Actor actor) => !actor.May(Permission.ReadAll) ? []
        : fleet.Workers.Values.Select(worker => new PaletteHit(PaletteKind.Worker, worker.Id, $"Worker {Capitals(worker.Value.State)} {worker.Value.Template}", Icons.Material.Outlined.Dns, $"/workers/{worker.Id}"));

    private static IEnumerable<PaletteHit> Instances(FleetSnapshot fleet, Actor actor, string[] words) => Named(fleet, words).Concat(fleet.Instances.Values.Where(entry => Matches(entry, words)))
        .Where(entry => actor.May(Permission.ReadAll) || (actor.May(Permission.ReadOwn) && entry.Value.OwnerId == actor.Id))
        .DistinctBy(entry => entry.Id).Take(Enough)
        .Select(entry => new PaletteHit(PaletteKind.Instance, entry.Id, $"{entry.Value.DefinitionId} of {entry.Value.OwnerId} {Capitals(entry.Value.State)}", Icons.Material.Outlined.Lan, $"/instances/{entry.Id}"));

    /// <summary>Whose ids are written out, however many others match.</summary>
    private static IEnumerable<InstanceEntry> Named(FleetSnapshot fleet, string[] words) => words.Select(word => fleet.Instances.GetValueOrDefault(word)).OfType<InstanceEntry>();

    /// <summary>Without a hit being made of it.</summary>
    private static bool Matches(InstanceEntry entry, string[] words) => words.All(word => new[] { entry.Id, entry.Value.DefinitionId, entry.Value.OwnerId, entry.Value.State.ToString() }.Any(text => text.Contains(word, StringComparison.OrdinalIgnoreCase)));

    private static string Capitals(Enum state) => state.ToString().ToUpperInvariant();
}

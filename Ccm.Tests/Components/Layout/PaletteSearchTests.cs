using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Portal.Components.Layout;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Components.Layout;

public sealed class PaletteSearchTests
{
    private static readonly FleetSnapshot Fleet = Sample.Fleet(
        [(Sample.Instance("i-17", InstanceState.Running), "w-1"), (Sample.Instance("i-170") with { OwnerId = "other", DefinitionId = "bgp" }, null)],
        [Sample.Worker("w-17")], [(Sample.Template(), 1)]) with
    {
        Definitions = new[] { "ospf", "ospf-triangle", "deep-ospf", "gone" }.ToImmutableDictionary(name => name, name => new Revised<DefinitionPointer>(
            new DefinitionPointer { Status = name == "gone" ? DefinitionStatus.Deleted : DefinitionStatus.Active, Versions = [new PublishedVersion("1.0.0", "", Sample.Now, "admin")] }, 1)),
    };

    [Fact]
    public void Find_NoText_OffersPagesAndActionsAndNothingOfTheFleet()
    {
        var hits = Find(Role.Admin, "");

        Assert.Equal([PaletteKind.Action, PaletteKind.Page], hits.Select(hit => hit.Kind).Distinct());
        Assert.Contains(hits, hit => hit is { Title: "Reserve a lab", Target: PaletteSearch.Reserve });
        Assert.Equal(PortalPages.All.Count, hits.Count(hit => hit.Kind == PaletteKind.Page));
    }

    [Fact]
    public void Find_SeveralMatch_TheExactThenTheBeginningThenAWordThenTheRest() =>
        Assert.Equal(["ospf", "ospf-triangle", "deep-ospf", "i-17"], Find(Role.Admin, "OSPF").Select(hit => hit.Title));

    [Theory]
    [InlineData("17", "/workers/w-17,/instances/i-17,/instances/i-170")]
    [InlineData("ospf running", "/instances/i-17")]
    [InlineData("other", "/instances/i-170")]
    [InlineData("gone", "")]
    [InlineData("  ", null)]
    public void Find_Words_MustAllMatch(string text, string? targets)
    {
        var hits = Find(Role.Viewer, text);

        if (targets is null)
            Assert.Equal(Find(Role.Viewer, ""), hits);
        else
            Assert.Equal(targets, string.Join(',', hits.Select(hit => hit.Target)));
    }

    [Fact]
    public void Find_MoreThanAnybodyReads_StillHasTheOneThatIsNamed()
    {
        var fleet = Sample.Fleet(Enumerable.Range(1, 3000).Select(n => (Sample.Instance($"i-{n}"), (string?)null)), []);

        foreach (var id in new[] { "i-1", "i-30", "i-300" })
            Assert.Equal(id, PaletteSearch.Find(fleet, new Actor("a", "A", [Role.Viewer]), PortalPages.All, id)[0].Title);
    }

    [Fact]
    public void Find_RoleUser_FindsOwnInstancesOnlyAndNoWorkers()
    {
        Assert.Equal(["/instances/i-17"], Find(Role.User, "17").Select(hit => hit.Target));
        Assert.DoesNotContain(Find(Role.User, ""), hit => hit.Target is "/workers" or "/system");
    }

    [Fact]
    public void Find_Viewer_IsNotOfferedWhatTheyMayNotDo() => Assert.DoesNotContain(Find(Role.Viewer, ""), hit => hit.Target == PaletteSearch.Reserve);

    [Fact]
    public void Find_Templates_AreFoundWhereTheyHavePages()
    {
        var pages = PortalPages.All.Where(page => page.Href != "/templates").ToList();
        Assert.Empty(PaletteSearch.Find(Fleet, Actor(Role.Admin), pages, "metal").Where(hit => hit.Kind == PaletteKind.Template));

        pages.Add(new PortalPage("Worker templates", "/templates", "", "", Permission.ReadAll, 't'));
        Assert.Equal(["/templates/metal"], PaletteSearch.Find(Fleet, Actor(Role.Admin), pages, "metal").Where(hit => hit.Kind == PaletteKind.Template).Select(hit => hit.Target));
    }

    [Fact]
    public void Find_Thousands_OffersTheBestFew()
    {
        var fleet = Sample.Fleet(Enumerable.Range(0, 3000).Select(n => (Sample.Instance($"i-{n:0000}"), (string?)null)), []);

        var hits = PaletteSearch.Find(fleet, Actor(Role.Admin), PortalPages.All, "i-2999");

        Assert.Equal("i-2999", Assert.Single(hits).Title);
        Assert.Equal(PaletteSearch.Most, PaletteSearch.Find(fleet, Actor(Role.Admin), PortalPages.All, "i-").Length);
    }

    private static ImmutableArray<PaletteHit> Find(Role role, string text) => PaletteSearch.Find(Fleet, Actor(role), PortalPages.All, text);

    private static Actor Actor(Role role) => new(role.ToString().ToLowerInvariant(), role.ToString(), [role]);
}

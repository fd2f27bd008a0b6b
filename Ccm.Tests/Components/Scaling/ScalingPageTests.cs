using System.Collections.Immutable;
using System.Text.Json;
using Bunit;
using Ccm.Engine.Control;
using Ccm.Engine.Documents;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Portal.Components.Pages.Scaling;
using Ccm.Tests.Domain;
using Ccm.Tests.Watching;
using TestContext = Xunit.TestContext;

namespace Ccm.Tests.Components.Scaling;

public sealed class ScalingPageTests
{
    [Fact]
    public async Task Decisions_NewestFirst_WithTheirReasonsAndLinks()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await TellAsync(portal, 1, EventTypes.ScalingUpDecided, "templates/metal", "i-1 fits nowhere; metal is the cheapest that takes it.");
        await TellAsync(portal, 2, EventTypes.WorkerLost, "workers/w-9", "Not about scaling.");
        await TellAsync(portal, 3, EventTypes.ScalingUpSkipped, "instances/i-1", "Every template that fits is at its maximum: metal 0.");

        var page = portal.Open<ScalingPage>("/scaling");

        PortalContext.Shows(page, () => Assert.Equal(["△ Does not grow i-1 Every template that fits is at its maximum: metal 0.", "▲ Grows metal i-1 fits nowhere; metal is the cheapest that takes it."],
            page.FindAll("[data-test=decision]").Select(row => string.Join(' ', row.Children.Skip(1).Select(cell => cell.TextContent.Trim())))));
        Assert.Equal("/instances/i-1", page.Find("[data-test=decision] a").GetAttribute("href"));
    }

    [Fact]
    public async Task Decision_NewOne_AppearsByItself()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        var page = portal.Open<ScalingPage>("/scaling");
        PortalContext.Shows(page, () => Assert.NotEmpty(page.FindAll("[data-test=empty]")));

        await TellAsync(portal, 1, EventTypes.ScalingDownDecided, "workers/w-1", "Idle since noon.");
        await portal.CommitAsync([new StatePut(StateKeys.OutboxEntry("op-1"), Keys.NoEvents)]);
        await portal.CommitAsync([], [StateKeys.OutboxEntry("op-1")]);

        portal.ShowsInTime(page, () => Assert.Contains("Idle since noon.", page.Find("[data-test=decision]").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Decision_NewOneWhilePointedAt_WaitsUntilThePointerLeaves()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await TellAsync(portal, 1, EventTypes.ScalingDownDecided, "workers/w-1", "Idle since noon.");
        var page = portal.Open<ScalingPage>("/scaling");
        PortalContext.Shows(page, () => Assert.Single(page.FindAll("[data-test=decision]")));

        await page.Find(".still").TriggerEventAsync("onpointerenter", new EventArgs());
        await TellAsync(portal, 2, EventTypes.ScalingDownDecided, "workers/w-2", "Idle since one.");
        await portal.CommitAsync([new StatePut(StateKeys.OutboxEntry("op-1"), "{}"u8.ToArray())]);
        await portal.CommitAsync([], [StateKeys.OutboxEntry("op-1")]);

        portal.ShowsInTime(page, () => Assert.Equal("1 decision waits while you are here", page.Find("[data-test=decisions-wait]").TextContent));
        Assert.Single(page.FindAll("[data-test=decision]"));

        await page.Find(".still").TriggerEventAsync("onpointerleave", new EventArgs());

        PortalContext.Shows(page, () => Assert.Equal(2, page.FindAll("[data-test=decision]").Count));
        Assert.Equal("", page.Find("[data-test=decisions-wait]").TextContent);
    }

    [Theory]
    [InlineData("?kind=shrunk", "Idle.")]
    [InlineData("?kind=SHRUNK&template=nonsense", "")]
    [InlineData("?template=metal", "Full: metal 3.|metal is the cheapest.")]
    [InlineData("?hours=1", "Idle.|Full: metal 3.")]
    [InlineData("?kind=beauty&hours=5", "Idle.|Full: metal 3.|metal is the cheapest.")]
    public async Task Address_Filters_AreTakenAndNonsenseIsIgnored(string query, string reasons)
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await TellAsync(portal, 1, EventTypes.ScalingUpDecided, "templates/metal", "metal is the cheapest.", hoursAgo: 3);
        await TellAsync(portal, 2, EventTypes.ScalingUpSkipped, "instances/i-1", "Full: metal 3.");
        await TellAsync(portal, 3, EventTypes.ScalingDownDecided, "workers/w-1", "Idle.");

        var page = portal.Open<ScalingPage>("/scaling" + query);

        PortalContext.Shows(page, () => Assert.DoesNotContain("Reading the audit trail", page.Find(".ccm-decisions").TextContent, StringComparison.Ordinal));
        Assert.Equal(reasons.Split('|', StringSplitOptions.RemoveEmptyEntries), page.FindAll("[data-test=decision] td:last-child").Select(cell => cell.TextContent));
    }

    [Fact]
    public async Task Kind_Pressed_StandsInTheAddressAndIsAskedAnew()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await TellAsync(portal, 1, EventTypes.ScalingUpDecided, "templates/metal", "One.");
        await TellAsync(portal, 2, EventTypes.ScalingDownSkipped, "workers/w-1", "Two.");
        var page = portal.Open<ScalingPage>("/scaling");
        PortalContext.Shows(page, () => Assert.Equal(2, page.FindAll("[data-test=decision]").Count));

        await page.Find("[data-test=kind-not-shrunk]").ClickAsync();

        Assert.EndsWith("/scaling?kind=not-shrunk", portal.Navigation.Uri, StringComparison.Ordinal);
        PortalContext.Shows(page, () => Assert.Contains("Two.", Assert.Single(page.FindAll("[data-test=decision]")).TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Older_Asked_FollowBelowAndStayWhenANewOneComes()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.Trail.AppendAsync([.. Enumerable.Range(1, 250).Select(n => Event(n, EventTypes.ScalingUpDecided, "templates/metal", $"Decision {n}."))], TestContext.Current.CancellationToken);
        var page = portal.Open<ScalingPage>("/scaling");
        PortalContext.Shows(page, () => Assert.Equal("200 shown, there are older ones.", page.Find("[data-test=shown]").TextContent));

        await page.Find("[data-test=older]").ClickAsync();
        PortalContext.Shows(page, () => Assert.Equal("250 shown.", page.Find("[data-test=shown]").TextContent));
        await TellAsync(portal, 251, EventTypes.ScalingUpDecided, "templates/metal", "Decision 251.");
        await portal.CommitAsync([new StatePut(StateKeys.OutboxEntry("op-1"), Keys.NoEvents)]);

        portal.ShowsInTime(page, () => Assert.Equal("251 shown.", page.Find("[data-test=shown]").TextContent));
    }

    [Fact]
    public async Task Fleet_TemplatesAndWaitingLabs_SayWhatThereIsAndWhyNotMore()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.AddTemplateAsync(Sample.Template() with { MaxWorkers = 1 });
        var page = portal.Open<ScalingPage>("/scaling");
        PortalContext.Shows(page, () => Assert.NotEmpty(page.FindAll("[data-test=nothing-waits]")));

        await portal.PutAsync(Sample.Worker() with { CostPerHour = 4 });
        await portal.PutAsync(Sample.Instance("i-big") with { Request = Sample.Request(memory: 4000) });

        portal.ShowsInTime(page, () => Assert.Contains("1 lab and no worker is ordered: No enabled template makes a worker large enough", Text(page, "[data-test=waiting]"), StringComparison.Ordinal));
        Assert.Contains("w-1 stops 12:15", Text(page, "[data-test=templates]"), StringComparison.Ordinal);
        Assert.Equal(("4.00", "4.00"), (page.Find("[data-test=cost-now]").TextContent, page.Find("[data-test=cost-most]").TextContent));
    }

    [Fact]
    public async Task History_FromTheTrail_CountsBackFromNow()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Worker("w-1"));
        await portal.PutAsync(Sample.Worker("w-2"));
        await TellAsync(portal, 1, "ccm.worker.running", "workers/w-1", "Ready.", hoursAgo: 2, changes: ("PROVISIONING", "RUNNING"));
        var page = portal.Open<ScalingPage>("/scaling");

        portal.ShowsInTime(page, () => Assert.Contains("Workers that run 2 now, 1 to 2 in the last 6 h", Text(page, "[data-test=history]"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Open_RoleUser_IsToldWhoMay()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        Assert.Contains("An operator, a viewer or an admin sees it", portal.Open<ScalingPage>("/scaling").Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_DocumentsAway_SaysSoAndComesBackByItself()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.AddTemplateAsync(Sample.Template());
        await TellAsync(portal, 1000, EventTypes.ScalingUpDecided, "templates/metal", "One.");
        portal.TakeDocumentsAway();
        var page = portal.Open<ScalingPage>("/scaling");
        PortalContext.Shows(page, () => Assert.Contains("Newer decisions cannot be read now.", page.Find("[data-test=problem]").TextContent, StringComparison.Ordinal));
        Assert.Contains("without them the engine orders no worker", page.Find("[data-test=templates-problem]").TextContent, StringComparison.Ordinal);

        portal.TakeDocumentsAway(away: false);

        portal.ShowsInTime(page, () => Assert.Contains("One.", Assert.Single(page.FindAll("[data-test=decision]")).TextContent, StringComparison.Ordinal));
        portal.ShowsInTime(page, () => Assert.Empty(page.FindAll("[data-test=templates-problem]")));
    }

    private static string Text(IRenderedComponent<ScalingPage> page, string path) => string.Join(' ', page.Find(path).TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static Task TellAsync(PortalContext portal, int number, string type, string subject, string reason, int hoursAgo = 0, (string Before, string After)? changes = null) =>
        portal.Trail.AppendAsync([Event(number, type, subject, reason, hoursAgo, changes)], TestContext.Current.CancellationToken);

    private static AuditEvent Event(int number, string type, string subject, string reason, int hoursAgo = 0, (string Before, string After)? changes = null) => new(
        $"e-{number}", type, subject, Sample.Now.AddHours(-hoursAgo), "ccm/controller",
        JsonSerializer.SerializeToElement(new { reason, changes = changes is { } state ? new[] { new { field = "state", before = state.Before, after = state.After } } : [] }),
        $"op-{number}", number, number, "", $"hash-{number}");
}

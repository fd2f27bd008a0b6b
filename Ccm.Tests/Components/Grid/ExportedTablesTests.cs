using System.Security.Claims;
using System.Text.Json;
using Ccm.Engine.Control;
using Ccm.Engine.Documents;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Grid;
using Ccm.Portal.Components.Pages.Definitions;
using Ccm.Portal.Components.Pages.Instances;
using Ccm.Portal.Components.Pages.Reservations;
using Ccm.Portal.Components.Pages.Scaling;
using Ccm.Portal.Identity;
using Ccm.Tests.Domain;
using Microsoft.AspNetCore.Http;
using TemplateRows = Ccm.Portal.Components.Pages.Templates.TemplateRows;
using TemplateTable = Ccm.Portal.Components.Pages.Templates.TemplateTable;
using TestContext = Xunit.TestContext;

namespace Ccm.Tests.Components.Grid;

/// <summary>What each table's download holds for whom; how it is written is the writers' matter.</summary>
public sealed class ExportedTablesTests
{
    private static readonly DateTimeOffset Tomorrow = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(Role.Viewer, 2)]
    [InlineData(Role.User, null)]
    public async Task Definitions_EachRole_HasItsColumns(Role role, int? live)
    {
        await using var portal = await PortalContext.StartAsync(role);
        await portal.PublishAsync("ospf");
        await portal.PutAsync(Sample.Instance("i-1") with { DefinitionId = "ospf" });
        await portal.PutAsync(Sample.Instance("i-2") with { DefinitionId = "ospf" });

        var row = Assert.Single(await AskAsync(portal, "", DefinitionTable.For, DefinitionRows.ReadAsync));

        Assert.Equal(("ospf", "1.0.0", 3), (row.GetProperty("name").GetString(), row.GetProperty("newest").GetString(), row.GetProperty("nodes").GetInt32()));
        Assert.Equal(live, row.TryGetProperty("live", out var count) ? count.GetInt32() : null);
    }

    [Theory]
    [InlineData(Role.Viewer, 1)]
    [InlineData(Role.User, 0)]
    public async Task Templates_EachRole_AreWhatItsPageShows(Role role, int rows)
    {
        await using var portal = await PortalContext.StartAsync(role);
        await portal.PublishAsync("ospf");
        await portal.AddTemplateAsync(Sample.Template());

        var read = await AskAsync(portal, "", _ => TemplateTable.Table, TemplateRows.ReadAsync);

        Assert.Equal(rows, read.Count);
        Assert.All(read, row => Assert.Equal("1 of 1 lab", row.GetProperty("wouldTake").GetString()));
    }

    [Theory]
    [InlineData(Role.Viewer, "", "bgp ospf")]
    [InlineData(Role.User, "", " ospf")]
    [InlineData(Role.Viewer, "?from=2026-03-05T00:00Z", "")]
    [InlineData(Role.Viewer, "?from=nonsense&hours=5&definition=bgp", "bgp")]
    public async Task Reservations_EachRole_NamesWhatItMaySeeInTheTimeThatIsShown(Role role, string query, string labs)
    {
        await using var portal = await PortalContext.StartAsync(role);
        await portal.PutAsync(Booked("i-1", "bgp", "somebody", Tomorrow));
        await portal.PutAsync(Booked("i-2", "ospf", "user", Tomorrow.AddHours(1)));

        var read = await AskAsync(portal, query, BookedTable.For, BookedRow.ReadAsync);

        Assert.Equal(labs, string.Join(' ', read.Select(row => row.GetProperty("lab").GetString())));
        Assert.Equal(labs, string.Join(' ', read.Select(row => row.GetProperty("owner").GetString() is { } owner ? owner == "user" ? "ospf" : "bgp" : "")));
    }

    [Theory]
    [InlineData(Role.Viewer, "", 601)]
    [InlineData(Role.Viewer, "?kind=shrunk", 1)]
    [InlineData(Role.Viewer, "?kind=nonsense&template=metal&hours=1", 600)]
    [InlineData(Role.User, "", 0)]
    public async Task Decisions_MoreThanOneReading_AreAllThereNewestFirst(Role role, string query, int rows)
    {
        await using var portal = await PortalContext.StartAsync(role);
        var events = Enumerable.Range(1, 601).Select(n => n == 1 ? Event(n, EventTypes.ScalingDownDecided, "workers/w-1", "Idle.") : Event(n, EventTypes.ScalingUpSkipped, "templates/metal", $"Full {n}.")).ToList();
        await portal.Trail.AppendAsync([.. events], TestContext.Current.CancellationToken);

        var read = await AskAsync(portal, query, DecisionTable.Table, DecisionTable.ReadAsync);

        Assert.Equal(rows, read.Count);
        Assert.Equal(read.Select(row => row.GetProperty("when").GetDateTimeOffset()).OrderDescending(), read.Select(row => row.GetProperty("when").GetDateTimeOffset()));
    }

    /// <summary>What the page says of those that wait, and picked by it; without the documents all but whether anything takes them.</summary>
    [Theory]
    [InlineData(false, "&sort=instance", "a place,,its slot,no worker takes it")]
    [InlineData(false, "&waits=no%20worker%20takes%20it", "no worker takes it")]
    [InlineData(true, "&sort=instance", "a place,,its slot,a place")]
    public async Task Instances_ThatWait_SayWhatFor(bool away, string query, string waits)
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.AddTemplateAsync(Sample.Template());
        await portal.PutAsync(Sample.Instance("i-1"));
        await portal.PutAsync(Sample.Instance("i-2", InstanceState.Running));
        await portal.PutAsync(Booked("i-3", "ospf", "user", Tomorrow));
        await portal.PutAsync(Sample.Instance("i-4") with { Request = Sample.Request(memory: 4000) });
        if (away)
            portal.TakeDocumentsAway();

        var read = await AskAsync(portal, "?cols=waitsFor" + query, InstanceTable.ForAsync, asked => Task.FromResult(InstanceTable.Table.Source!.All(asked.Fleet, asked.Actor)));

        Assert.Equal(waits, string.Join(',', read.Select(row => row.GetProperty("waitsFor").GetString())));
    }

    [Fact]
    public async Task Documents_Away_IsARefusalWithItsReason()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PublishAsync("ospf");
        portal.TakeDocumentsAway();

        var refused = await Assert.ThrowsAsync<RefusedException>(() => AskAsync(portal, "", DefinitionTable.For, DefinitionRows.ReadAsync));

        Assert.Equal(RefusalKind.Unavailable, refused.Kind);
    }

    /// <summary>Read as it is written, and refused all the same before anything is.</summary>
    [Fact]
    public async Task Decisions_DocumentsAway_IsARefusalAndNoFile()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        portal.TakeDocumentsAway();
        var asked = Asked(portal, "");

        var refused = await Assert.ThrowsAsync<RefusedException>(() => ExportEndpoints.AnswerAsync(asked, DecisionTable.Table, DecisionTable.ReadAsync(asked), "text/csv", ExportWriters.WriteCsvAsync));

        Assert.Equal((RefusalKind.Unavailable, 0, null), (refused.Kind, asked.Http.Response.Body.Length, asked.Http.Response.ContentType));
    }

    private static LabletInstance Booked(string id, string lab, string owner, DateTimeOffset start) => Sample.Instance(id) with
    {
        DefinitionId = lab, OwnerId = owner, AsSoonAsPossible = false, TimeslotStart = start, TimeslotEnd = start.AddHours(1),
    };

    private static AuditEvent Event(int number, string type, string subject, string reason) => new(
        $"e-{number}", type, subject, Sample.Now.AddSeconds(number - 700), "ccm/controller", JsonSerializer.SerializeToElement(new { reason }), $"op-{number}", number, number, "", $"hash-{number}");

    private static Task<List<JsonElement>> AskAsync<TRow>(PortalContext portal, string query, Func<Actor, GridTable<TRow>> tableFor, Func<ExportAsked, Task<IEnumerable<TRow>>> read) where TRow : class =>
        AskAsync(portal, query, asked => Task.FromResult(tableFor(asked.Actor)), read);

    private static async Task<List<JsonElement>> AskAsync<TRow>(PortalContext portal, string query, Func<ExportAsked, Task<GridTable<TRow>>> tableFor, Func<ExportAsked, Task<IEnumerable<TRow>>> read) where TRow : class
    {
        var table = await tableFor(Asked(portal, query));
        return await AskAsync(portal, query, table, asked => ExportEndpoints.ShownAsync(asked, table, read));
    }

    private static async Task<List<JsonElement>> AskAsync<TRow>(PortalContext portal, string query, GridTable<TRow> table, Func<ExportAsked, IAsyncEnumerable<TRow>> read) where TRow : class
    {
        var asked = Asked(portal, query);
        await ExportEndpoints.AnswerAsync(asked, table, read(asked), "application/json", ExportWriters.WriteJsonAsync);
        return [.. JsonSerializer.Deserialize<JsonElement>(((MemoryStream)asked.Http.Response.Body).ToArray()).EnumerateArray()];
    }

    private static ExportAsked Asked(PortalContext portal, string query)
    {
        var http = new DefaultHttpContext
        {
            RequestServices = portal.Services,
            User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(IdentityClaims.Subject, portal.Actor.Id), .. portal.Actor.Roles.Select(role => new Claim(IdentityClaims.Role, IdentityClaims.NameOf(role)))], "test")),
        };
        http.Request.QueryString = new QueryString(query);
        http.Response.Body = new MemoryStream();
        return new ExportAsked(http);
    }
}

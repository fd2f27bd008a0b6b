using System.Net;

namespace Ccm.Tests.Api;

public sealed class PagingTests(ApiHost host) : IClassFixture<ApiHost>
{
    private readonly HttpClient _admin = host.Client();

    [Fact]
    public async Task List_InPages_IsEveryInstanceOnceNewestFirst()
    {
        await (await _admin.PublishAsync("paged", "1.0.0", Answers.Lab)).Ok(HttpStatusCode.Created);
        var made = new List<string?>();
        for (var n = 0; n < 7; n++)
            made.Add(await ReserveAsync());
        var pages = await PagesAsync("/api/v1/instances?definitionId=paged&limit=3");
        Assert.Equal([3, 3, 1], pages.Select(page => page.Length));
        Assert.Equal(Enumerable.Reverse(made), pages.SelectMany(page => page));
        Assert.Single(await PagesAsync("/api/v1/instances?definitionId=paged&limit=7"));
        Assert.Equal(7, (await PagesAsync("/api/v1/instances?definitionId=paged&state=PENDING,RUNNING")).Single().Length);
        Assert.Empty((await PagesAsync("/api/v1/instances?definitionId=paged&state=running")).Single());
        Assert.Empty((await PagesAsync("/api/v1/instances?definitionId=paged&outcome=Completed")).Single());
    }

    [Fact]
    public async Task List_OneMoreBetweenPages_RepeatsAndHidesNone()
    {
        await (await _admin.PublishAsync("grows", "1.0.0", Answers.Lab)).Ok(HttpStatusCode.Created);
        string?[] made = [await ReserveAsync("grows"), await ReserveAsync("grows")];
        var first = await _admin.ReadAsync("/api/v1/instances?definitionId=grows&limit=1");
        await ReserveAsync("grows");
        var second = await _admin.ReadAsync($"/api/v1/instances?definitionId=grows&limit=1&cursor={first["nextCursor"]}");
        Assert.Equal(made[1], (string?)first["items"]![0]!["id"]);
        Assert.Equal(made[0], (string?)Assert.Single(second["items"]!.AsArray())!["id"]);
        Assert.Null(second["nextCursor"]);
    }

    [Fact]
    public async Task List_Audit_PagesThroughTheWholeChain()
    {
        await (await _admin.PublishAsync("audited", "1.0.0", Answers.Lab)).Ok(HttpStatusCode.Created);
        await host.UntilAsync(snapshot => snapshot.Outbox.IsEmpty);
        var ids = (await PagesAsync("/api/v1/audit?limit=2")).SelectMany(page => page).ToArray();
        Assert.Distinct(ids);
        var mine = await _admin.ReadAsync("/api/v1/audit?subject=definitions/audited&type=ccm.lablet.definition.created&actor=admin");
        var created = Assert.Single(mine["items"]!.AsArray())!;
        Assert.Contains((string?)created["id"], ids);
        Assert.Equal(("1.0", "/ccm"), ((string?)created["specversion"], (string?)created["source"]));
        Assert.Empty((await _admin.ReadAsync("/api/v1/audit?subject=definitions/audited&until=2020-01-01T00:00:00Z"))["items"]!.AsArray());
    }

    [Fact]
    public async Task List_Definitions_AreByName()
    {
        foreach (var name in new[] { "list-b", "list-a" })
            await (await _admin.PublishAsync(name, "1.0.0", Answers.Lab)).Ok(HttpStatusCode.Created);
        var names = (await PagesAsync("/api/v1/definitions?limit=1")).SelectMany(page => page).ToArray();
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.Contains("list-a", names);
    }

    private async Task<string?> ReserveAsync(string definition = "paged") => (string?)(await _admin.PostedAsync("/api/v1/instances",
        new { definitionId = definition, timeslotStart = TimeProvider.System.GetUtcNow().AddDays(5) }))["id"];

    private async Task<List<string?[]>> PagesAsync(string path)
    {
        var pages = new List<string?[]>();
        for (var next = path; next is not null;)
        {
            Assert.True(pages.Count < 500, $"{path} never ends.");
            var page = await _admin.ReadAsync(next);
            pages.Add([.. page["items"]!.AsArray().Select(item => (string?)item!["id"])]);
            next = (string?)page["nextCursor"] is { } cursor ? $"{path}&cursor={cursor}" : null;
        }
        return pages;
    }
}

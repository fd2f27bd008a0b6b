using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Ccm.Engine.Documents;
using Ccm.Engine.Documents.Embedded;
using Ccm.Engine.Embedded;
using CsvHelper;
using CsvHelper.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Ccm.Tests.Api;

public sealed class AuditApiTests(ApiHost host) : IClassFixture<ApiHost>
{
    private readonly HttpClient _admin = host.Client();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Export_Csv_IsEveryEventOfTheFilterWithWhatChanged()
    {
        await EditedTemplateAsync("csv", "=HYPERLINK(\"http://evil\")");

        var response = await _admin.GetAsync("/api/v1/audit/export?format=csv&subject=templates/csv", Cancelled);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(("text/csv", "attachment"), (response.Content.Headers.ContentType?.MediaType, response.Content.Headers.ContentDisposition?.DispositionType));
        Assert.Matches(@"^ccm-audit-\d{8}T\d{6}Z\.csv$", response.Content.Headers.ContentDisposition!.FileName!.Trim('"'));
        var rows = await ReadCsvAsync(response);
        Assert.Equal(["ccm.worker.template.updated", "ccm.worker.template.created"], rows.Select(row => row["type"]));
        Assert.Equal(("templates/csv", "admin", "admin", "rest", "admin edited it."), (rows[0]["subject"], rows[0]["actor"], rows[0]["actorRoles"], rows[0]["via"], rows[0]["reason"]));
        Assert.Contains("Max workers: 10 → 3", rows[0]["changes"], StringComparison.Ordinal);
        Assert.Contains("Description: empty → =HYPERLINK", rows[0]["changes"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_ActorThatIsAFormula_IsNeutralised()
    {
        var row = (await ReadCsvAsync(await ByActorAsync("=1+1|cmd")))[0];

        Assert.Equal("'=1+1|cmd", row["actor"]);
        Assert.Equal("'=1+1|cmd", row["actorName"]);
    }

    [Fact]
    public async Task Export_Json_IsTheEventsAsTheListHasThem()
    {
        await EditedTemplateAsync("json", "x");

        var exported = (await _admin.ReadAsync("/api/v1/audit/export?format=json&subject=templates/json")).AsArray();

        Assert.True(JsonNode.DeepEquals(exported, (await _admin.ReadAsync("/api/v1/audit?subject=templates/json"))["items"]));
        Assert.Equal(2, exported.Count);
    }

    [Fact]
    public async Task Export_MoreThanIsReadAtOnce_HasAllInOrder()
    {
        await host.UntilAsync(snapshot => snapshot.Outbox.IsEmpty);
        var trail = host.Services.GetRequiredService<IAuditTrail>();
        var last = (await trail.QueryAsync(new AuditQuery(Limit: 1), Cancelled))[0].Sequence;

        var exported = (await _admin.ReadAsync("/api/v1/audit/export?format=json&range=30d")).AsArray();

        Assert.Equal(Enumerable.Range(0, exported.Count).Select(n => (long)exported[0]!["sequence"]! - n), exported.Select(item => (long)item!["sequence"]!));
        Assert.True((long)exported[0]!["sequence"]! >= last);
    }

    [Theory]
    [InlineData("/api/v1/audit/export", "format", "csv or")]
    [InlineData("/api/v1/audit/export?format=xml", "format", "xml")]
    [InlineData("/api/v1/audit/export?format=csv&range=2y", "range", "7d")]
    [InlineData("/api/v1/audit/export?format=csv&who=me", "who", "Parameters are")]
    [InlineData("/api/v1/audit?range=1w", "range", "24h")]
    [InlineData("/api/v1/audit?via=1", "via", "person, rest, engine")]
    [InlineData("/api/v1/audit/export?format=csv&via=robots", "via", "person, rest, engine")]
    public async Task Get_NonsenseParameter_IsRefusedByName(string path, string field, string told)
    {
        var problem = await (await _admin.GetAsync(path, Cancelled)).Refused(HttpStatusCode.BadRequest, told);
        Assert.Equal(field, (string?)problem["errors"]![0]!["field"]);
    }

    [Theory]
    [InlineData("viewer")]
    [InlineData("operator")]
    [InlineData("user")]
    public async Task ExportAndVerify_NotAdmin_IsForbidden(string role)
    {
        foreach (var path in new[] { "/api/v1/audit/export?format=csv", "/api/v1/audit/export?format=json", "/api/v1/audit/verification" })
            await (await host.Client(role).GetAsync(path, Cancelled)).Refused(HttpStatusCode.Forbidden, role, "admin");
    }

    [Fact]
    public async Task Export_TrailAway_IsToldAndNoFile()
    {
        await host.UntilAsync(snapshot => snapshot.Outbox.IsEmpty);
        var trail = (BreakableTrail)host.Services.GetRequiredService<IAuditTrail>();
        trail.Broken = true;
        try
        {
            var response = await _admin.GetAsync("/api/v1/audit/export?format=csv", Cancelled);
            await response.Refused(HttpStatusCode.ServiceUnavailable, "took the trail away");
            Assert.Null(response.Content.Headers.ContentDisposition);
        }
        finally
        {
            trail.Broken = false;
        }
    }

    [Fact]
    public async Task List_KindsRangesAndNames_FindTheChange()
    {
        await EditedTemplateAsync("listed", "x");

        foreach (var filter in new[] { "subject=templates/*&type=ccm.worker.template.*&range=7d", "subject=templates/listed&actor=admin&range=1h", "text=edited it&subject=templates/listed" })
            Assert.Contains((await _admin.ReadAsync($"/api/v1/audit?{filter}"))["items"]!.AsArray(), item => (string?)item!["type"] == "ccm.worker.template.updated" && (string?)item["subject"] == "templates/listed");
        var told = (await _admin.ReadAsync("/api/v1/audit?subject=templates/listed"))["items"]![0]!["data"]!;
        Assert.Equal(["admin"], told["actorRoles"]!.AsArray().Select(role => (string?)role));
    }

    [Fact]
    public async Task ListAndExport_Via_HaveOnlyWhatWasDoneThatWay()
    {
        await EditedTemplateAsync("by-rest", "x");

        Assert.Equal(2, (await _admin.ReadAsync("/api/v1/audit?subject=templates/by-rest&via=rest"))["items"]!.AsArray().Count);
        Assert.Empty((await _admin.ReadAsync("/api/v1/audit?subject=templates/by-rest&via=person"))["items"]!.AsArray());
        Assert.Empty((await _admin.ReadAsync("/api/v1/audit/export?format=json&subject=templates/by-rest&via=engine")).AsArray());
        var rows = await ReadCsvAsync(await _admin.GetAsync("/api/v1/audit/export?format=csv&subject=templates/by-rest&via=rest", Cancelled));
        Assert.Equal(["rest", "rest"], rows.Select(row => row["via"]));
    }

    /// <summary>On a host of its own, whose trail it damages.</summary>
    [Fact]
    public async Task Verify_WholeThenDamaged_NamesTheEventAndTheFix()
    {
        await using var own = new ApiHost();
        await own.InitializeAsync();
        await own.UntilAsync(snapshot => snapshot.Outbox.IsEmpty);
        var whole = await own.Client().ReadAsync("/api/v1/audit/verification");
        Assert.True((bool)whole["whole"]!, whole.ToJsonString());
        Assert.True((long)whole["checked"]! > 0);
        Assert.Equal((1, (long)whole["checked"]!), ((long)whole["first"]!["sequence"]!, (long)whole["last"]!["sequence"]!));
        Assert.Null(whole["break"]);

        using (var connection = own.Services.GetRequiredService<EmbeddedDatabase>().Connect())
        {
            using var command = SqliteDocuments.Command(connection, "UPDATE audit_events SET actor = 'somebody' WHERE sequence = 2");
            command.ExecuteNonQuery();
        }

        var broken = await own.Client().ReadAsync("/api/v1/audit/verification");
        Assert.False((bool)broken["whole"]!);
        Assert.Equal((1, 2, "Event 2 was changed after it was written."), ((long)broken["checked"]!, (long)broken["break"]!["sequence"]!, (string?)broken["break"]!["what"]));
        Assert.Contains("restore", (string?)broken["break"]!["fix"], StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> ByActorAsync(string subject)
    {
        var name = $"by-{Guid.NewGuid():N}"[..20];
        await host.Client("admin", subject).PostedAsync("/api/v1/templates", Template(name, ""));
        await host.UntilAsync(snapshot => snapshot.Outbox.IsEmpty);
        return await _admin.GetAsync($"/api/v1/audit/export?format=csv&subject=templates/{name}", Cancelled);
    }

    private async Task EditedTemplateAsync(string name, string description)
    {
        var created = await _admin.PostedAsync("/api/v1/templates", Template(name, ""));
        created["maxWorkers"] = 3;
        created["description"] = description;
        await (await _admin.SendJsonAsync($"/api/v1/templates/{name}", created.ToJsonString(), method: HttpMethod.Put)).Ok();
        await host.UntilAsync(snapshot => snapshot.Outbox.IsEmpty);
    }

    private static object Template(string name, string description) => new { name, description, licenseType = "ENTERPRISE", maxNodes = 300, capacity = new { cpuCores = 4, memoryGb = 64, storageGb = 100 } };

    private static async Task<List<IDictionary<string, string>>> ReadCsvAsync(HttpResponseMessage response)
    {
        using var csv = new CsvReader(new StringReader((await response.Content.ReadAsStringAsync(Cancelled)).TrimStart('\uFEFF')), new CsvConfiguration(CultureInfo.InvariantCulture));
        return [.. csv.GetRecords<dynamic>().Select(row => ((IDictionary<string, object>)row).ToDictionary(field => field.Key, field => (string)field.Value)).Cast<IDictionary<string, string>>()];
    }
}

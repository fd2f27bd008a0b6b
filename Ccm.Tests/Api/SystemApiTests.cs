using System.Net;
using System.Text.Json.Nodes;

namespace Ccm.Tests.Api;

public sealed class SystemApiTests(ApiHost host) : IClassFixture<ApiHost>
{
    private readonly HttpClient _admin = host.Client();

    [Fact]
    public async Task Status_Embedded_NamesEachStore()
    {
        var status = await _admin.ReadAsync("/api/v1/system/status");
        Assert.Equal(["sqlite", "sqlite", "memory"], new[] { "state", "documents", "sessions" }.Select(store => (string?)status["stores"]![store]!["kind"]));
        Assert.All(status["stores"]!.AsObject(), store => Assert.True((bool)store.Value!["healthy"]!, store.Value.ToJsonString()));
        Assert.True((bool)status["embedded"]!);
        Assert.Equal("api-test", (string?)status["replicaId"]);
        Assert.True((bool)status["watch"]!["fresh"]!);
        Assert.True((long)status["revision"]! > 0);
    }

    [Fact]
    public async Task Resign_Leader_TermEndsAndTheAnswerIsExact()
    {
        await host.UntilAsync(snapshot => snapshot.Leaders.Count == 2);
        var leaders = (await _admin.ReadAsync("/api/v1/system/leaders")).AsObject();
        Assert.Equal(["scheduler", "controller"], leaders.Select(leader => leader.Key));
        Assert.Equal(["replicaId", "since", "leaseTtlSeconds", "leaseAgeSeconds", "term", "address"], leaders["scheduler"]!.AsObject().Select(field => field.Key));
        Assert.Equal(("api-test", 5), ((string?)leaders["scheduler"]!["replicaId"], (int)leaders["scheduler"]!["leaseTtlSeconds"]!));

        await (await _admin.SendJsonAsync("/api/v1/system/leaders/scheduler/resign", "{}")).Ok(HttpStatusCode.Accepted);
        await host.UntilAsync(snapshot => snapshot.Leaders.Count == 1);
        leaders = (await _admin.ReadAsync("/api/v1/system/leaders")).AsObject();
        Assert.True(leaders.ContainsKey("scheduler"));
        Assert.Null(leaders["scheduler"]);
        await (await _admin.SendJsonAsync("/api/v1/system/leaders/scheduler/resign", "{}")).Refused(HttpStatusCode.Conflict, "Nobody leads");
        Assert.Equal("ready", (string?)(await _admin.ReadAsync("/health/ready"))["status"]);
    }

    [Fact]
    public async Task Replicas_OfOne_AreItselfWithWhatItLeads()
    {
        await host.UntilAsync(snapshot => snapshot.Replicas.Count == 1);
        var replica = Assert.Single((await _admin.ReadAsync("/api/v1/system/replicas"))["items"]!.AsArray())!;

        Assert.Equal(["replicaId", "version", "address", "since", "heardAt", "openPages", "leads"], replica.AsObject().Select(field => field.Key));
        Assert.Equal(("api-test", 0), ((string?)replica["replicaId"], (int)replica["openPages"]!));
        Assert.All(replica["leads"]!.AsArray(), part => Assert.Contains((string?)part, new[] { "scheduler", "controller" }));
        await (await host.Client("user").GetAsync("/api/v1/system/replicas", TestContext.Current.CancellationToken)).Refused(HttpStatusCode.Forbidden, "replicas");
    }

    [Fact]
    public async Task Health_NoToken_AnswersAndReportsLeadership()
    {
        using var nobody = new HttpClient { BaseAddress = host.Address };
        Assert.Equal("live", (string?)(await nobody.ReadAsync("/health/live"))["status"]);
        var ready = await nobody.ReadAsync("/health/ready");
        Assert.Equal(("ready", "api-test"), ((string?)ready["status"], (string?)ready["replicaId"]));
        Assert.NotNull(ready["leads"]);
    }

    [Fact]
    public async Task Metrics_NoToken_AreSamplesOfPrometheus()
    {
        using var nobody = new HttpClient { BaseAddress = host.Address };
        var response = await nobody.GetAsync("/metrics", TestContext.Current.CancellationToken);
        Assert.Equal("text/plain", response.Content.Headers.ContentType?.MediaType);
        var lines = (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines, line => Assert.Matches("""^(# (HELP|TYPE) .+|[a-z_]+(\{[a-z]+="[^"]+"\})? -?[0-9.E+]+)$""", line));
        Assert.Contains("ccm_instances{state=\"PENDING\"} 0", lines);
        Assert.Contains("ccm_watch_up 1", lines);
        Assert.Contains("ccm_state_unreadable_keys 0", lines);
    }

    [Fact]
    public async Task OpenApi_NoToken_DescribesEveryResource()
    {
        using var nobody = new HttpClient { BaseAddress = host.Address };
        var paths = (await nobody.ReadAsync("/openapi/v1.json"))["paths"]!.AsObject();
        foreach (var path in new[] { "definitions", "templates", "instances", "workers", "audit", "system/status" })
            Assert.True(paths.ContainsKey($"/api/v1/{path}"), path);
        Assert.Equal(HttpStatusCode.OK, (await nobody.GetAsync("/scalar", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Template_CreateEditDelete_KeepsRevisions()
    {
        var created = await _admin.PostedAsync("/api/v1/templates", new { name = "metal", licenseType = "ENTERPRISE", maxNodes = 300, capacity = new { cpuCores = 4, memoryGb = 64, storageGb = 100 } });
        Assert.Equal((1, 32), ((int)created["revision"]!, (int)created["declared"]!["cpuCores"]!));
        var read = await _admin.ReadAsync("/api/v1/templates/metal");
        Assert.True(JsonNode.DeepEquals(created, read));
        read["maxWorkers"] = 3;
        var put = read.ToJsonString();
        Assert.Equal(2, (int)(await (await _admin.SendJsonAsync("/api/v1/templates/metal", put, method: HttpMethod.Put)).Ok())["revision"]!);
        await (await _admin.SendJsonAsync("/api/v1/templates/metal", put, method: HttpMethod.Put)).Refused(HttpStatusCode.Conflict, "revision 2");
        await (await _admin.SendJsonAsync("/api/v1/templates/other", put, method: HttpMethod.Put)).Refused(HttpStatusCode.BadRequest, "other");
        Assert.Equal(HttpStatusCode.NoContent, (await _admin.DeleteAsync("/api/v1/templates/metal", TestContext.Current.CancellationToken)).StatusCode);
        await (await _admin.GetAsync("/api/v1/templates/metal", TestContext.Current.CancellationToken)).Refused(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Worker_DrainAndForceStop_WalksToStopped()
    {
        var id = await host.RunningWorkerAsync();
        await (await _admin.SendJsonAsync($"/api/v1/workers/{id}/stop", """{"force":1}""")).Refused(HttpStatusCode.BadRequest, "true or false");
        var drained = await (await _admin.PostAsync($"/api/v1/workers/{id}/drain", null, TestContext.Current.CancellationToken)).Ok(HttpStatusCode.Accepted);
        Assert.Equal("STOPPED", (string?)drained["target"]);
        await host.UntilAsync(snapshot => snapshot.Workers[id].Value.State == Engine.Domain.WorkerState.Stopped);
        await (await _admin.SendJsonAsync($"/api/v1/workers/{id}/stop", """{"force":true}""")).Refused(HttpStatusCode.Conflict, "STOPPED");
        Assert.Equal("STOPPED", (string?)(await _admin.ReadAsync("/api/v1/workers?template=small&state=STOPPED"))["items"]![0]!["state"]);
        var deleted = await (await _admin.DeleteAsync($"/api/v1/workers/{id}", TestContext.Current.CancellationToken)).Ok(HttpStatusCode.Accepted);
        Assert.Equal("TERMINATED", (string?)deleted["target"]);
    }
}

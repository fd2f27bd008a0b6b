using System.Net;

namespace Ccm.Tests.Api;

/// <summary>The table of permissions, as the API's callers meet it.</summary>
public sealed class RolesTests(ApiHost host) : IClassFixture<ApiHost>
{
    private readonly HttpClient _admin = host.Client();

    [Theory]
    [InlineData("/api/v1/workers")]
    [InlineData("/api/v1/workers/w-0")]
    [InlineData("/api/v1/templates")]
    [InlineData("/api/v1/audit")]
    [InlineData("/api/v1/system/status")]
    [InlineData("/api/v1/system/leaders")]
    public async Task Get_AsUser_IsForbiddenAndAsViewerIsNot(string path)
    {
        await (await host.Client("user").GetAsync(path, TestContext.Current.CancellationToken)).Refused(HttpStatusCode.Forbidden, "may not read");
        Assert.NotEqual(HttpStatusCode.Forbidden, (await host.Client("viewer").GetAsync(path, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Get_AsUser_IsOwnInstancesOnly()
    {
        await (await _admin.PublishAsync("owned", "1.0.0", Answers.Lab)).Ok(HttpStatusCode.Created);
        var (alice, bob) = (host.Client("user", "alice"), host.Client("user", "bob"));
        var body = new { definitionId = "owned", timeslotStart = TimeProvider.System.GetUtcNow().AddDays(3) };
        var hers = (string)(await alice.PostedAsync("/api/v1/instances", body))["id"]!;
        var his = (string)(await bob.PostedAsync("/api/v1/instances", body))["id"]!;
        Assert.Equal(hers, (string?)Assert.Single((await alice.ReadAsync("/api/v1/instances"))["items"]!.AsArray())!["id"]);
        Assert.Equal(hers, (string?)(await alice.ReadAsync($"/api/v1/instances/{hers}"))["id"]);
        Assert.Empty((await alice.ReadAsync($"/api/v1/instances/{hers}/explain"))["workers"]!.AsArray());
        foreach (var part in new[] { "", "/events", "/explain" })
            await (await alice.GetAsync($"/api/v1/instances/{his}{part}", TestContext.Current.CancellationToken)).Refused(HttpStatusCode.Forbidden, "alice");
        await (await alice.DeleteAsync($"/api/v1/instances/{his}", TestContext.Current.CancellationToken)).Refused(HttpStatusCode.Forbidden, "alice");
        await (await alice.SendJsonAsync("/api/v1/instances", """{"definitionId":"owned","ownerId":"bob"}""")).Refused(HttpStatusCode.Forbidden, "others");
        Assert.Equal("owned", (string?)(await alice.ReadAsync("/api/v1/definitions/owned"))["id"]);
        Assert.Equal(2, (await host.Client("viewer").ReadAsync("/api/v1/instances?definitionId=owned"))["items"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("viewer", "/api/v1/instances", """{"definitionId":"x"}""")]
    [InlineData("viewer", "/api/v1/instances/i-0/stop", "{}")]
    [InlineData("viewer", "/api/v1/instances/i-0/start", "{}")]
    [InlineData("viewer", "/api/v1/instances/i-0/extend", """{"timeslotEnd":"2099-01-01T00:00:00Z"}""")]
    [InlineData("user", "/api/v1/workers", """{"template":"small"}""")]
    [InlineData("user", "/api/v1/workers/w-0/drain", "{}")]
    [InlineData("user", "/api/v1/instances/i-0/collect", "{}")]
    [InlineData("user", "/api/v1/events", "{}")]
    [InlineData("operator", "/api/v1/instances", """{"definitionId":"x","override":true}""")]
    [InlineData("operator", "/api/v1/instances/i-0/force-terminate", "{}")]
    [InlineData("operator", "/api/v1/workers/w-0/stop", """{"force":true}""")]
    [InlineData("operator", "/api/v1/workers/w-0/declare-lost", "{}")]
    [InlineData("operator", "/api/v1/definitions/x/deprecate", "{}")]
    [InlineData("operator", "/api/v1/system/leaders/scheduler/resign", "{}")]
    [InlineData("operator", "/api/v1/templates", """{"name":"t","licenseType":"PERSONAL","capacity":{"cpuCores":1,"memoryGb":1,"storageGb":1}}""")]
    public async Task Post_RoleThatMayNot_IsForbidden(string role, string path, string json) =>
        await (await host.Client(role).SendJsonAsync(path, json)).Refused(HttpStatusCode.Forbidden, role);

    [Fact]
    public async Task Delete_AsViewer_IsForbiddenWhetherItIsThereOrNot() =>
        await (await host.Client("viewer").DeleteAsync("/api/v1/instances/i-0", TestContext.Current.CancellationToken)).Refused(HttpStatusCode.Forbidden, "viewer");

    [Fact]
    public async Task Publish_AsOperator_IsForbiddenAndNothingIsThere()
    {
        await (await host.Client("operator").PublishAsync("not-mine", "1.0.0", Answers.Lab)).Refused(HttpStatusCode.Forbidden, "admin");
        await (await _admin.GetAsync("/api/v1/definitions/not-mine", TestContext.Current.CancellationToken)).Refused(HttpStatusCode.NotFound);
    }
}

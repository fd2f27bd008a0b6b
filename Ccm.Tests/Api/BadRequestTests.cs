using System.Net;

namespace Ccm.Tests.Api;

/// <summary>Bodies, queries and addresses that are not understood: never guessed at, never ignored.</summary>
public sealed class BadRequestTests(ApiHost host) : IClassFixture<ApiHost>
{
    private readonly HttpClient _admin = host.Client();

    [Theory]
    [InlineData("""{"definitionId":"x","durationMinute":5}""", "durationMinute", "no field")]
    [InlineData("""{"definitionId":"x","Version":"1.0.0"}""", "Version", "no field")]
    [InlineData("""{}""", "definitionId", "missing")]
    [InlineData("""{"definitionId":null}""", "definitionId", "null")]
    [InlineData("""{"definitionId":7}""", "definitionId", "Give text")]
    [InlineData("""{"definitionId":"x","durationMinutes":"60"}""", "durationMinutes", "whole number")]
    [InlineData("""{"definitionId":"x","durationMinutes":6.5}""", "durationMinutes", "whole number")]
    [InlineData("""{"definitionId":"x","durationMinutes":99999999999}""", "durationMinutes", "whole number")]
    [InlineData("""{"definitionId":"x","timeslotStart":"tomorrow"}""", "timeslotStart", "offset")]
    [InlineData("""{"definitionId":"x","timeslotStart":"2030-01-31T08:00:00"}""", "timeslotStart", "offset")]
    [InlineData("""{"definitionId":"x","timeslotStart":"2030-02-31T08:00:00Z"}""", "timeslotStart", "offset")]
    [InlineData("""{"definitionId":"x","override":"yes"}""", "override", "true or false")]
    [InlineData("""{"definitionId":"x","definitionId":"y"}""", "definitionId", "twice")]
    [InlineData("""{"definitionId":"x","ownerId":""}""", "ownerId", "ownerId")]
    public async Task Reserve_BodyNotUnderstood_NamesFieldAndFix(string json, string field, string told)
    {
        var problem = await (await _admin.SendJsonAsync("/api/v1/instances", json)).Refused(HttpStatusCode.BadRequest, told);
        var error = Assert.Single(problem["errors"]!.AsArray())!;
        Assert.Equal(field, (string?)error["field"]);
        Assert.False(string.IsNullOrWhiteSpace((string?)error["fix"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("{} {}")]
    [InlineData("{\"definitionId\":\"\\ud800\"}")]
    [InlineData("{\"\\ud800\":1}")]
    public async Task Reserve_NoJsonObject_IsRefused(string json) =>
        await (await _admin.SendJsonAsync("/api/v1/instances", json)).Refused(HttpStatusCode.BadRequest);

    [Fact]
    public async Task Reserve_DeeplyNested_IsRefused() =>
        await (await _admin.SendJsonAsync("/api/v1/instances", $"{{\"definitionId\":{new string('[', 10_000)}{new string(']', 10_000)}}}")).Refused(HttpStatusCode.BadRequest, "16 deep");

    [Fact]
    public async Task Reserve_SeveralFieldsWrong_NamesEach()
    {
        var problem = await (await _admin.SendJsonAsync("/api/v1/instances", """{"version":1,"durationMinutes":true}""")).Refused(HttpStatusCode.BadRequest);
        Assert.Equal(["version", "durationMinutes", "definitionId"], problem["errors"]!.AsArray().Select(error => (string?)error!["field"]));
    }

    [Fact]
    public async Task Publish_ThousandsOfUnknownFields_NamesTheFirst20()
    {
        var json = $"{{{string.Join(",", Enumerable.Range(0, 100_000).Select(n => $"\"a{n}\":1"))}}}";
        var problem = await (await _admin.SendJsonAsync("/api/v1/definitions", json)).Refused(HttpStatusCode.BadRequest, "'a19' is no field");
        Assert.InRange(problem["errors"]!.AsArray().Count, 20, 25);
    }

    [Fact]
    public async Task Create_ProviderNotKnown_NamesThoseThatAre() =>
        await (await _admin.SendJsonAsync("/api/v1/templates",
            """{"name":"t","licenseType":"PERSONAL","provider":"nobody","capacity":{"cpuCores":8,"memoryGb":8,"storageGb":8}}""")).Refused(HttpStatusCode.BadRequest, "provider", "simulated");

    [Fact]
    public async Task Create_NestedFieldWrong_NamesItsPath()
    {
        var problem = await (await _admin.SendJsonAsync("/api/v1/templates",
            """{"name":"t","licenseType":"PRIVATE","capacity":{"cpuCores":"8","memoryGb":1}}""")).Refused(HttpStatusCode.BadRequest, "PERSONAL, EVALUATION, ENTERPRISE");
        Assert.Equal(["licenseType", "capacity.cpuCores", "capacity.storageGb"], problem["errors"]!.AsArray().Select(error => (string?)error!["field"]));
    }

    [Theory]
    [InlineData("/api/v1/instances?state=BOGUS", "PENDING, SCHEDULED")]
    [InlineData("/api/v1/instances?state=0", "PENDING, SCHEDULED")]
    [InlineData("/api/v1/instances?outcome=Lost", "WorkerLost")]
    [InlineData("/api/v1/instances?sate=RUNNING", "state, definitionId, workerId, ownerId, outcome")]
    [InlineData("/api/v1/instances?limit=0", "1 to 1000")]
    [InlineData("/api/v1/instances?limit=1001", "1 to 1000")]
    [InlineData("/api/v1/instances?limit=ten", "1 to 1000")]
    [InlineData("/api/v1/instances?limit=1&limit=2", "2 times")]
    [InlineData("/api/v1/instances?cursor=%21%21", "nextCursor")]
    [InlineData("/api/v1/workers?state=SCHEDULED", "PROVISIONING")]
    [InlineData("/api/v1/audit?from=yesterday", "offset")]
    [InlineData("/api/v1/audit?cursor=YWJj", "nextCursor")]
    [InlineData("/api/v1/definitions?status=OLD", "DEPRECATED")]
    public async Task List_QueryNotUnderstood_NamesWhatIsAllowed(string path, string told) =>
        await (await _admin.GetAsync(path, TestContext.Current.CancellationToken)).Refused(HttpStatusCode.BadRequest, told);

    [Theory]
    [InlineData("GET", "/api/v1/nothing", HttpStatusCode.NotFound)]
    [InlineData("GET", "/api", HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/v2/instances", HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/v1/instances/i-0", HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/v1/instances/i-0/events", HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/v1/instances/i-0/explain", HttpStatusCode.NotFound)]
    [InlineData("POST", "/api/v1/instances/i-0/stop", HttpStatusCode.NotFound)]
    [InlineData("DELETE", "/api/v1/instances/i-0", HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/v1/workers/w-0", HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/v1/workers/w-0/ports", HttpStatusCode.NotFound)]
    [InlineData("POST", "/api/v1/workers/w-0/drain", HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/v1/definitions/none", HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/v1/definitions/none/versions/1.0.0", HttpStatusCode.NotFound)]
    [InlineData("POST", "/api/v1/definitions/none/deprecate", HttpStatusCode.NotFound)]
    [InlineData("DELETE", "/api/v1/definitions/none", HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/v1/templates/none", HttpStatusCode.NotFound)]
    [InlineData("DELETE", "/api/v1/templates/none", HttpStatusCode.NotFound)]
    [InlineData("POST", "/api/v1/system/leaders/nobody/resign", HttpStatusCode.NotFound)]
    [InlineData("PUT", "/api/v1/instances", HttpStatusCode.MethodNotAllowed)]
    [InlineData("DELETE", "/api/v1/definitions", HttpStatusCode.MethodNotAllowed)]
    [InlineData("POST", "/api/v1/instances/i-0/collect", HttpStatusCode.NotFound)]
    [InlineData("POST", "/api/v1/events", HttpStatusCode.UnsupportedMediaType)]
    public async Task Send_NothingThere_IsProblemDetails(string method, string path, HttpStatusCode status) =>
        await (await _admin.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), TestContext.Current.CancellationToken)).Refused(status);

    [Fact]
    public async Task Send_ControlCharactersInTheQuery_NamesTheField()
    {
        var refused = await (await _admin.GetAsync("/api/v1/audit?text=%00", TestContext.Current.CancellationToken)).Refused(HttpStatusCode.BadRequest, "control characters");
        Assert.Equal("text", (string?)refused["errors"]![0]!["field"]);
    }

    [Fact]
    public async Task Send_WrongMediaType_IsUnsupported()
    {
        using var text = new StringContent("""{"definitionId":"x"}""", System.Text.Encoding.UTF8, "text/plain");
        await (await _admin.PostAsync("/api/v1/instances", text, TestContext.Current.CancellationToken)).Refused(HttpStatusCode.UnsupportedMediaType, "application/json");
        using var form = new FormUrlEncodedContent([]);
        await (await _admin.PostAsync("/api/v1/definitions", form, TestContext.Current.CancellationToken)).Refused(HttpStatusCode.UnsupportedMediaType, "application/yaml");
        await (await _admin.PostAsync("/api/v1/instances", null, TestContext.Current.CancellationToken)).Refused(HttpStatusCode.UnsupportedMediaType);
    }

    [Fact]
    public async Task Send_NoToken_IsUnauthorised()
    {
        using var nobody = new HttpClient { BaseAddress = host.Address };
        await (await nobody.GetAsync("/api/v1/instances", TestContext.Current.CancellationToken)).Refused(HttpStatusCode.Unauthorized, "Bearer");
    }

    [Fact]
    public async Task Send_BodyOverTheBound_IsTooLarge() =>
        await (await _admin.SendJsonAsync("/api/v1/instances", $$"""{"definitionId":"{{new string('x', 100_000)}}"}""")).Refused(HttpStatusCode.RequestEntityTooLarge);
}

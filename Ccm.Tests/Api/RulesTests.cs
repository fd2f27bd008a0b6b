using System.Net;
using System.Text.Json.Nodes;

namespace Ccm.Tests.Api;

/// <summary>Requests that are understood and that the rules refuse: a clear error each, nothing changed.</summary>
public sealed class RulesTests(ApiHost host) : IClassFixture<ApiHost>
{
    private readonly HttpClient _admin = host.Client();

    [Theory]
    [InlineData("1.0", "semantic version")]
    [InlineData("v1.0.0", "semantic version")]
    [InlineData("", "version is missing")]
    public async Task Publish_VersionNotSemantic_IsInvalid(string version, string told) =>
        await (await _admin.PublishAsync("versions", version, Answers.Lab)).Refused(HttpStatusCode.BadRequest, told);

    [Theory]
    [InlineData("Upper")]
    [InlineData("a_b")]
    [InlineData("-a")]
    [InlineData("")]
    public async Task Publish_BadName_IsInvalid(string name) => await (await _admin.PublishAsync(name, "1.0.0", Answers.Lab)).Refused(HttpStatusCode.BadRequest, "63");

    [Fact]
    public async Task Publish_VersionThatExists_TakesTheSameAndRefusesAnother()
    {
        var first = await (await _admin.PublishAsync("republished", "1.0.0", Answers.Lab)).Ok(HttpStatusCode.Created);
        var again = await (await _admin.PublishAsync("republished", "1.0.0", Answers.Lab)).Ok(HttpStatusCode.Created);
        Assert.True(JsonNode.DeepEquals(first, again));
        await (await _admin.PublishAsync("republished", "1.0.0", Answers.LabOf(3))).Refused(HttpStatusCode.Conflict, "1.0.0", "newer version");
        await (await _admin.PublishAsync("republished", "1.1.0", Answers.Lab)).Refused(HttpStatusCode.Conflict, "Lab and settings are the same as version 1.0.0", "Change the lab or a setting");
        await (await _admin.PublishAsync("republished", "1.0.0&description=other", Answers.Lab)).Refused(HttpStatusCode.Conflict, "other settings: description", "newer version than 1.0.0");
        await (await _admin.PublishAsync("republished", "0.9.0", Answers.LabOf(3))).Refused(HttpStatusCode.Conflict, "does not follow");
        Assert.Single((await _admin.ReadAsync("/api/v1/definitions/republished/versions"))["items"]!.AsArray());

        await (await _admin.PublishAsync("republished", "1.1.0", Answers.LabOf(3))).Ok(HttpStatusCode.Created);
        var versions = (await _admin.ReadAsync("/api/v1/definitions/republished/versions"))["items"]!.AsArray();
        Assert.Equal(["1.1.0", "1.0.0"], versions.Select(version => (string?)version!["version"]));
        Assert.Equal(2, (int)(await _admin.ReadAsync("/api/v1/definitions/republished/versions/1.0.0"))["nodeCount"]!);
    }

    [Fact]
    public async Task Publish_FieldsThatWouldNotFitOneTransaction_AreRefusedOrShort()
    {
        await Publish($"\"cmlVersionRange\":\"{new string(' ', 100_000)}\"", HttpStatusCode.BadRequest);
        var many = await Publish($"\"licenseAffinity\":[{string.Join(",", Enumerable.Repeat("\"PERSONAL\"", 200_000))}]", HttpStatusCode.Created);
        Assert.Equal("PERSONAL", (string?)Assert.Single(many["licenseAffinity"]!.AsArray()));

        async Task<JsonNode> Publish(string field, HttpStatusCode status) => await (await _admin.SendJsonAsync("/api/v1/definitions",
            $$"""{"name":"stuffed","version":"1.0.0","labYaml":{{System.Text.Json.JsonSerializer.Serialize(Answers.Lab)}},{{field}}}""")).Ok(status);
    }

    [Fact]
    public async Task Reserve_AgainstTheRules_IsRefusedAndNothingIsThere()
    {
        await (await _admin.PublishAsync("ruled", "1.0.0", Answers.Lab)).Ok(HttpStatusCode.Created);
        await Reserve("""{"definitionId":"ruled","timeslotStart":"2020-01-01T08:00:00Z"}""", HttpStatusCode.BadRequest, "timeslotStart", "in the past");
        await Reserve("""{"definitionId":"ruled","timeslotStart":"2999-01-01T08:00:00Z"}""", HttpStatusCode.BadRequest, "timeslotStart", "days away");
        await Reserve("""{"definitionId":"ruled","durationMinutes":241}""", HttpStatusCode.BadRequest, "durationMinutes", "1 to 240");
        await Reserve("""{"definitionId":"ruled","durationMinutes":0}""", HttpStatusCode.BadRequest, "durationMinutes", "1 to 240");
        await Reserve("""{"definitionId":"ruled","version":"2.0.0"}""", HttpStatusCode.NotFound, "version", "1.0.0");
        await Reserve("""{"definitionId":"unheard-of"}""", HttpStatusCode.NotFound, "definitionId", "unheard-of");

        await (await _admin.SendJsonAsync("/api/v1/definitions/ruled/deprecate", "{}")).Ok(HttpStatusCode.Accepted);
        Assert.Equal("DEPRECATED", (string?)(await _admin.ReadAsync("/api/v1/definitions/ruled"))["status"]);
        await Reserve("""{"definitionId":"ruled"}""", HttpStatusCode.Conflict, "definitionId", "deprecated");
        Assert.Empty((await _admin.ReadAsync("/api/v1/instances?definitionId=ruled"))["items"]!.AsArray());

        Assert.Equal(HttpStatusCode.NoContent, (await _admin.DeleteAsync("/api/v1/definitions/ruled", TestContext.Current.CancellationToken)).StatusCode);
        await (await _admin.GetAsync("/api/v1/definitions/ruled", TestContext.Current.CancellationToken)).Refused(HttpStatusCode.NotFound);
        await Reserve("""{"definitionId":"ruled"}""", HttpStatusCode.NotFound, "definitionId", "ruled");

        async Task Reserve(string json, HttpStatusCode status, string field, string told)
        {
            var problem = await (await _admin.SendJsonAsync("/api/v1/instances", json)).Refused(status, told);
            Assert.Equal(field, (string?)Assert.Single(problem["errors"]!.AsArray())!["field"]);
        }
    }

    [Fact]
    public async Task Act_IllegalTransition_NamesBothStatesAndChangesNothing()
    {
        await (await _admin.PublishAsync("illegal", "1.0.0", Answers.Lab)).Ok(HttpStatusCode.Created);
        var start = TimeProvider.System.GetUtcNow().AddDays(30);
        var id = (string)(await _admin.PostedAsync("/api/v1/instances", new { definitionId = "illegal", timeslotStart = start, durationMinutes = 60 }))["id"]!;
        var before = await _admin.ReadAsync($"/api/v1/instances/{id}");
        await (await _admin.SendJsonAsync($"/api/v1/instances/{id}/stop", "{}")).Refused(HttpStatusCode.Conflict, "PENDING", "STOPPED");
        Assert.True(JsonNode.DeepEquals(before, await _admin.ReadAsync($"/api/v1/instances/{id}")));
        await (await _admin.SendJsonAsync($"/api/v1/instances/{id}/collect", "{}")).Refused(HttpStatusCode.Conflict, "PENDING", "COLLECTING");

        await (await _admin.DeleteAsync($"/api/v1/instances/{id}", TestContext.Current.CancellationToken)).Ok(HttpStatusCode.Accepted);
        await host.UntilAsync(snapshot => snapshot.Instances[id].Value.State == Engine.Domain.InstanceState.Terminated);
        await (await _admin.SendJsonAsync($"/api/v1/instances/{id}/start", "{}")).Refused(HttpStatusCode.Conflict, "TERMINATED");

        var worker = await host.RunningWorkerAsync();
        await (await _admin.SendJsonAsync($"/api/v1/workers/{worker}/cancel-drain", "{}")).Refused(HttpStatusCode.Conflict, "RUNNING", "DRAINING");
        await (await _admin.SendJsonAsync($"/api/v1/workers/{worker}/declare-lost", "{}")).Refused(HttpStatusCode.Conflict, "answers");
        Assert.Equal("RUNNING", (string?)(await _admin.ReadAsync($"/api/v1/workers/{worker}"))["state"]);
    }

    [Fact]
    public async Task Reserve_SameIdempotencyKey_IsOneInstance()
    {
        await (await _admin.PublishAsync("once", "1.0.0", Answers.Lab)).Ok(HttpStatusCode.Created);
        var body = $$"""{"definitionId":"once","timeslotStart":"{{TimeProvider.System.GetUtcNow().AddDays(9):O}}"}""";
        var first = await (await _admin.SendJsonAsync("/api/v1/instances", body, "key-1")).Ok(HttpStatusCode.Created);
        var again = await (await _admin.SendJsonAsync("/api/v1/instances", body, "key-1")).Ok(HttpStatusCode.Created);
        Assert.Equal((string?)first["id"], (string?)again["id"]);
        await (await _admin.SendJsonAsync("/api/v1/instances", """{"definitionId":"once"}""", "key-1")).Refused(HttpStatusCode.Conflict, "Idempotency-Key");
        await host.UntilAsync(snapshot => snapshot.Outbox.IsEmpty);
        again = await (await _admin.SendJsonAsync("/api/v1/instances", body, "key-1")).Ok(HttpStatusCode.Created);
        Assert.Equal((string?)first["id"], (string?)again["id"]);
        await (await _admin.SendJsonAsync("/api/v1/instances", """{"definitionId":"once"}""", "key-1")).Refused(HttpStatusCode.Conflict, "Idempotency-Key");
        var other = await (await host.Client("operator").SendJsonAsync("/api/v1/instances", body, "key-1")).Ok(HttpStatusCode.Created);
        Assert.NotEqual((string?)first["id"], (string?)other["id"]);
        await (await _admin.SendJsonAsync("/api/v1/instances", body, new string('k', 201))).Refused(HttpStatusCode.BadRequest, "200");
        Assert.Equal(2, (await _admin.ReadAsync("/api/v1/instances?definitionId=once"))["items"]!.AsArray().Count);
    }
}

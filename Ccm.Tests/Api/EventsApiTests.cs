using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Ccm.Engine.Domain;

namespace Ccm.Tests.Api;

/// <summary>CloudEvents of an assessment platform, as it sends them.</summary>
public sealed class EventsApiTests(ApiHost host) : IClassFixture<ApiHost>
{
    private const string Events = "/api/v1/events";
    private const string Collected = "assessment.collection.completed";
    private const string Graded = "assessment.grading.completed";
    private readonly HttpClient _operator = host.Client("operator");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Post_CollectedThenGraded_StoresTheScoreThatEverybodyReads()
    {
        var id = await CollectingAsync();

        var taken = await (await SendAsync(Event(Collected, id, "c-1"))).Ok(HttpStatusCode.Accepted);
        Assert.Equal((id, "c-1", "/grader", false), ((string?)taken["instanceId"], (string?)taken["id"], (string?)taken["source"], (bool)taken["duplicate"]!));
        var graded = await SendAsync(Event(Graded, id, "g-1", """{"score":87.5,"maxScore":100,"passed":true,"rubric":[{"task":"ospf","points":12}]}"""));
        Assert.Equal($"/api/v1/instances/{id}", graded.Headers.Location?.ToString());
        await graded.Ok(HttpStatusCode.Accepted);
        await EndedAsync(id);

        var instance = await host.Client("viewer").ReadAsync($"/api/v1/instances/{id}");
        Assert.Equal(("TERMINATED", "Completed"), ((string?)instance["state"], (string?)instance["outcome"]));
        Assert.Equal((87.5m, 100m, true, "g-1", "/grader"), ((decimal)instance["grade"]!["score"]!, (decimal)instance["grade"]!["maxScore"]!, (bool)instance["grade"]!["passed"]!,
            (string?)instance["grade"]!["eventId"], (string?)instance["grade"]!["eventSource"]));
        await host.UntilAsync(snapshot => snapshot.Outbox.IsEmpty);
        var told = (await host.Client().ReadAsync($"/api/v1/audit?subject=instances/{id}&type=ccm.lablet.instance.graded"))["items"]!.AsArray();
        Assert.Equal(87.5m, (decimal)Assert.Single(told)!["data"]!["changes"]!.AsArray().Single(change => (string?)change!["field"] == "grade")!["after"]!["score"]!);
        await host.ForgetAsync(id);
        Assert.Equal(87.5m, (decimal)(await host.Client().ReadAsync($"/api/v1/instances/{id}"))["grade"]!["score"]!);
    }

    [Fact]
    public async Task Post_BinaryMode_IsTheSameEvent()
    {
        var id = await CollectingAsync();

        await (await SendBinaryAsync(Collected, id, "bin-c", null)).Ok(HttpStatusCode.Accepted);
        await (await SendBinaryAsync(Graded, id, "bin-g", """{ "maxScore": 10, "score": 7 }""")).Ok(HttpStatusCode.Accepted);

        Assert.Equal(7, host.Cache.Current.Instances[id].Value.Grade!.Score);
        Assert.True((bool)(await (await SendAsync(Event(Graded, id, "bin-g", """{"score":7,"maxScore":10}"""))).Ok(HttpStatusCode.Accepted))["duplicate"]!);
    }

    [Fact]
    public async Task Post_SameEventAgain_IsTakenAndChangesNothing()
    {
        var id = await CollectingAsync();
        await (await SendAsync(Event(Collected, id, "again"))).Ok(HttpStatusCode.Accepted);
        var before = await host.Client().ReadAsync($"/api/v1/instances/{id}");

        await DuplicateAsync(Event(Collected, id, "again"));
        await RefusedAsync(Event(Graded, id, "again", """{"score":1}"""), HttpStatusCode.Conflict, "id", "another body");
        await host.UntilAsync(snapshot => snapshot.Outbox.IsEmpty);
        await DuplicateAsync(Event(Collected, id, "again"));
        await DuplicateAsync(Event(Collected, id, "again").Replace(",", " ,\n", StringComparison.Ordinal));
        await RefusedAsync(Event(Graded, id, "again", """{"score":1}"""), HttpStatusCode.Conflict, "id", "another body");
        await RefusedAsync(Event(Collected, "i-0", "again"), HttpStatusCode.Conflict, "id", "another body");

        Assert.True(JsonNode.DeepEquals(before, await host.Client().ReadAsync($"/api/v1/instances/{id}")));
        // Whoever hands it over: another caller's is the same event, another source's is not.
        Assert.True((bool)(await (await SendAsync(Event(Collected, id, "again"), client: host.Client())).Ok(HttpStatusCode.Accepted))["duplicate"]!);
        await RefusedAsync(Event(Collected, id, "again").Replace("/grader", "/other", StringComparison.Ordinal), HttpStatusCode.Conflict, "type", "GRADING");
    }

    [Fact]
    public async Task Post_TrailAway_IsUnavailableAndTakenLater()
    {
        var id = await CollectingAsync();
        await host.UntilAsync(snapshot => snapshot.Outbox.IsEmpty);
        var trail = (BreakableTrail)host.Services.GetService(typeof(Engine.Documents.IAuditTrail))!;
        trail.Broken = true;
        try
        {
            await (await SendAsync(Event(Collected, id, "away"))).Refused(HttpStatusCode.ServiceUnavailable);
        }
        finally
        {
            trail.Broken = false;
        }

        Assert.False((bool)(await (await SendAsync(Event(Collected, id, "away"))).Ok(HttpStatusCode.Accepted))["duplicate"]!);
    }

    [Fact]
    public async Task Post_ForgottenInstance_IsOverAndNotUnknown()
    {
        var id = await CollectingAsync();
        await (await _operator.DeleteAsync($"/api/v1/instances/{id}", Cancelled)).Ok(HttpStatusCode.Accepted);
        await EndedAsync(id);
        await RefusedAsync(Event(Collected, id, "late"), HttpStatusCode.Conflict, "type", "TERMINATED", "COLLECTING");
        await host.UntilAsync(snapshot => snapshot.Outbox.IsEmpty);
        await host.ForgetAsync(id);
        await host.UntilAsync(snapshot => !snapshot.Instances.ContainsKey(id));

        await RefusedAsync(Event(Collected, id, "late"), HttpStatusCode.Conflict, "type", "ended");
        await RefusedAsync(Event(Collected, "i-0", "unknown"), HttpStatusCode.NotFound, "subject", "i-0");
    }

    [Theory]
    [InlineData("""{}""", "specversion", "missing")]
    [InlineData("""{"specversion":"0.3","id":"1","source":"/g","type":"assessment.collection.completed","subject":"instances/i-0"}""", "specversion", "1.0")]
    [InlineData("""{"specversion":"1.0","id":"","source":"/g","type":"assessment.collection.completed","subject":"instances/i-0"}""", "id", "1 to 500")]
    [InlineData("""{"specversion":"1.0","id":7,"source":"/g","type":"assessment.collection.completed","subject":"instances/i-0"}""", "id", "text")]
    [InlineData("""{"specversion":"1.0","id":"a\nb","source":"/g","type":"assessment.collection.completed","subject":"instances/i-0"}""", "id", "control")]
    [InlineData("""{"specversion":"1.0","id":"1","type":"assessment.collection.completed","subject":"instances/i-0"}""", "source", "missing")]
    [InlineData("""{"specversion":"1.0","id":"1","source":"/g","subject":"instances/i-0"}""", "type", "missing")]
    [InlineData("""{"specversion":"1.0","id":"1","source":"/g","type":"com.example.other","subject":"instances/i-0"}""", "type", "assessment.collection.completed and assessment.grading.completed")]
    [InlineData("""{"specversion":"1.0","id":"1","source":"/g","type":"assessment.collection.completed"}""", "subject", "missing")]
    [InlineData("""{"specversion":"1.0","id":"1","source":"/g","type":"assessment.collection.completed","subject":"students/7"}""", "subject", "instances/{id}")]
    [InlineData("""{"specversion":"1.0","id":"1","source":"/g","type":"assessment.collection.completed","subject":"instances/"}""", "subject", "instances/{id}")]
    [InlineData("""{"specversion":"1.0","id":"1","source":"/g","type":"assessment.collection.completed","subject":"instances/i-0","data":{"instanceId":"i-1"}}""", "subject", "i-1")]
    [InlineData("""{"specversion":"1.0","id":"1","source":"/g","type":"assessment.collection.completed","subject":"instances/i-0","data":[1]}""", "data", "object")]
    [InlineData("""{"specversion":"1.0","id":"1","source":"/g","type":"assessment.grading.completed","subject":"instances/i-0","data_base64":"e30="}""", "data_base64", "JSON object")]
    [InlineData("""[{"specversion":"1.0"}]""", null, "batches")]
    [InlineData("""{"specversion":"1.0","specversion":"1.0"}""", null, "no JSON")]
    [InlineData("""not json""", null, "no JSON")]
    [InlineData("""{"specversion":"1.0","id":"\ud800","source":"/g"}""", null, "surrogates")]
    public async Task Post_NotAnEvent_NamesTheAttribute(string json, string? field, string told)
    {
        var problem = await (await SendAsync(json)).Refused(HttpStatusCode.BadRequest, told);
        Assert.Equal(field, (string?)problem["errors"]![0]!["field"]);
    }

    [Theory]
    [InlineData("""{}""", "data.score", "missing")]
    [InlineData("""{"score":null}""", "data.score", "missing")]
    [InlineData("""{"score":"87"}""", "data.score", "not as text")]
    [InlineData("""{"score":"NaN"}""", "data.score", "not as text")]
    [InlineData("""{"score":NaN}""", null, "no JSON")]
    [InlineData("""{"score":1e400}""", "data.score", "1e400")]
    [InlineData("""{"score":-0.5}""", "data.score", "0 to 1000000")]
    [InlineData("""{"score":1e7}""", "data.score", "0 to 1000000")]
    [InlineData("""{"score":101,"maxScore":100}""", "data.score", "more than the 100")]
    [InlineData("""{"score":0,"maxScore":0}""", "data.maxScore", "0 cannot be")]
    [InlineData("""{"score":1,"maxScore":true}""", "data.maxScore", "true")]
    [InlineData("""{"score":1,"passed":"yes"}""", "data.passed", "true or false")]
    public async Task Post_ImpossibleScore_NamesTheField(string data, string? field, string told)
    {
        var problem = await (await SendAsync(Event(Graded, "i-0", "bad-score", data))).Refused(HttpStatusCode.BadRequest, told);
        Assert.Equal(field, (string?)Assert.Single(problem["errors"]!.AsArray())!["field"]);
    }

    [Fact]
    public async Task Post_OtherMediaType_IsUnsupported()
    {
        await (await SendAsync(Event(Collected, "i-0", "1"), "text/plain")).Refused(HttpStatusCode.UnsupportedMediaType, "application/json");
        await (await SendAsync($"[{Event(Collected, "i-0", "1")}]", "application/cloudevents-batch+json")).Refused(HttpStatusCode.UnsupportedMediaType, "one event");
    }

    [Fact]
    public async Task Post_TooLong_IsRefused() =>
        await (await SendAsync(Event(Graded, "i-0", "long", $$"""{"score":1,"log":"{{new string('x', 300_000)}}"}"""))).Refused(HttpStatusCode.RequestEntityTooLarge);

    [Fact]
    public async Task Collect_SameKeyTwiceAtOnce_IsOneTransitionAndTwoAnswers()
    {
        var id = await RunningAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _operator.SendJsonAsync($"/api/v1/instances/{id}/collect", "{}", $"collect-{id}")));

        foreach (var answer in answers)
            Assert.Equal("COLLECTING", (string?)(await answer.Ok(HttpStatusCode.Accepted))["state"]);
        await (await _operator.SendJsonAsync($"/api/v1/instances/{id}/collect", "{}")).Refused(HttpStatusCode.Conflict, "COLLECTING", "already");
    }

    private async Task<string> RunningAsync()
    {
        await (await host.Client().PublishAsync("assessed", "1.0.0", Answers.Lab)).Ok(HttpStatusCode.Created);
        return await host.RunningInstanceAsync(_operator, "assessed");
    }

    private async Task<string> CollectingAsync()
    {
        var id = await RunningAsync();
        Assert.Equal("COLLECTING", (string?)(await (await _operator.PostAsync($"/api/v1/instances/{id}/collect", null, Cancelled)).Ok(HttpStatusCode.Accepted))["state"]);
        return id;
    }

    private Task EndedAsync(string id) => host.UntilAsync(snapshot => snapshot.Instances[id].Value.State == InstanceState.Terminated);

    private async Task DuplicateAsync(string json) => Assert.True((bool)(await (await SendAsync(json)).Ok(HttpStatusCode.Accepted))["duplicate"]!);

    private async Task RefusedAsync(string json, HttpStatusCode status, string field, params string[] named)
    {
        var problem = await (await SendAsync(json)).Refused(status, named);
        Assert.Equal(field, (string?)Assert.Single(problem["errors"]!.AsArray())!["field"]);
    }

    private async Task<HttpResponseMessage> SendAsync(string json, string mediaType = "application/cloudevents+json", HttpClient? client = null)
    {
        using var content = new StringContent(json, Encoding.UTF8, mediaType);
        return await (client ?? _operator).PostAsync(Events, content, Cancelled);
    }

    private async Task<HttpResponseMessage> SendBinaryAsync(string type, string id, string eventId, string? data)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Events) { Content = data is null ? null : new StringContent(data, new MediaTypeHeaderValue("application/json")) };
        foreach (var (name, value) in new[] { ("specversion", "1.0"), ("id", eventId), ("source", "%2Fgrader"), ("type", type), ("subject", $"instances/{id}"), ("traceparent", "00-1-2-01") })
            request.Headers.Add($"ce-{name}", value);
        return await _operator.SendAsync(request, Cancelled);
    }

    private static string Event(string type, string id, string eventId, string? data = null) =>
        $$"""{"specversion":"1.0","id":"{{eventId}}","source":"/grader","type":"{{type}}","subject":"instances/{{id}}","time":"2026-11-25T21:00:00Z","traceparent":"00-1-2-01"{{(data is null ? "" : $",\"data\":{data}")}}}""";
}

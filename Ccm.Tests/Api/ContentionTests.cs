using System.Net;
using System.Text.Json.Nodes;

namespace Ccm.Tests.Api;

/// <summary>Crowds that want the same thing at once: each gets its answer, and what was published stays as it was.</summary>
public sealed class ContentionTests(ApiHost host) : IClassFixture<ApiHost>
{
    private readonly HttpClient _admin = host.Client();

    [Fact]
    public async Task Create_ManyWorkersOfOneTemplateAtOnce_EachIsThere()
    {
        await (await _admin.SendJsonAsync("/api/v1/templates",
            """{"name":"crowd","licenseType":"PERSONAL","maxWorkers":40,"capacity":{"cpuCores":8,"memoryGb":8,"storageGb":8}}""")).Ok(HttpStatusCode.Created);

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _admin.SendJsonAsync("/api/v1/workers", """{"template":"crowd"}""")));

        Assert.Equal(40, answers.Count(answer => answer.StatusCode == HttpStatusCode.Created));
        Assert.Equal(10, answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict));
    }

    /// <summary>Why it is published is no part of what is published.</summary>
    [Fact]
    public async Task Publish_SameLabForOtherReasonsAtOnce_AllGetTheOneThatIsInTheTrail()
    {
        for (var round = 0; round < 5; round++)
        {
            var name = $"reasoned{round}";
            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => PublishAsync(name, Answers.Lab, n, "changeNote")));
            var now = await _admin.ReadAsync($"/api/v1/definitions/{name}");
            foreach (var answer in answers)
                Assert.True(JsonNode.DeepEquals(now, await answer.Ok(HttpStatusCode.Created)));
            Assert.Equal((string?)now["changeNote"], await PublishedInTrailAsync(name, "changeNote"));
        }
    }

    [Fact]
    public async Task Publish_SameLabWithOtherWordsAtOnce_TakesOneAndTellsTheOthersWhatDiffers()
    {
        for (var round = 0; round < 5; round++)
        {
            var name = $"worded{round}";
            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => PublishAsync(name, Answers.Lab, n)));
            var taken = await Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created).Ok(HttpStatusCode.Created);
            foreach (var answer in answers.Where(answer => answer.StatusCode != HttpStatusCode.Created))
                await answer.Refused(HttpStatusCode.Conflict, "with other settings: description", "newer version than 1.0.0");
            Assert.True(JsonNode.DeepEquals(taken, await _admin.ReadAsync($"/api/v1/definitions/{name}")));
            Assert.Equal((string?)taken["description"], await PublishedInTrailAsync(name));
        }
    }

    [Fact]
    public async Task Publish_OneKeyWithOtherLabsAtOnce_KeepsTheLabThatWasTaken()
    {
        for (var round = 0; round < 5; round++)
        {
            var name = $"keyed{round}";
            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => PublishAsync(name, Answers.LabOf(2, $"t{n}"), n, key: name)));
            var taken = await Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created).Ok(HttpStatusCode.Created);
            Assert.True(JsonNode.DeepEquals(taken, await _admin.ReadAsync($"/api/v1/definitions/{name}")));
            Assert.Contains($"title: {taken["title"]}\n", await _admin.GetStringAsync($"/api/v1/definitions/{name}/versions/1.0.0/lab", TestContext.Current.CancellationToken), StringComparison.Ordinal);
            Assert.Equal((string?)taken["description"], await PublishedInTrailAsync(name));
        }
    }

    [Fact]
    public async Task Publish_AgainAfterDelete_IsThereAgain()
    {
        await (await _admin.PublishAsync("again", "1.0.0", Answers.Lab)).Ok(HttpStatusCode.Created);
        Assert.Equal(HttpStatusCode.NoContent, (await _admin.DeleteAsync("/api/v1/definitions/again", TestContext.Current.CancellationToken)).StatusCode);

        await (await _admin.PublishAsync("again", "1.0.0", Answers.Lab)).Ok(HttpStatusCode.Created);

        Assert.Equal("ACTIVE", (string?)(await _admin.ReadAsync("/api/v1/definitions/again"))["status"]);
    }

    [Fact]
    public async Task Delete_RepeatedWithItsKey_GetsTheSameAnswer()
    {
        await (await _admin.PublishAsync("gone-twice", "1.0.0", Answers.Lab)).Ok(HttpStatusCode.Created);
        for (var n = 0; n < 2; n++)
            Assert.Equal(HttpStatusCode.NoContent, (await _admin.SendJsonAsync("/api/v1/definitions/gone-twice", "", "once", HttpMethod.Delete)).StatusCode);
    }

    /// <param name="words">The field in which the crowd's requests differ.</param>
    private async Task<HttpResponseMessage> PublishAsync(string name, string yaml, int n, string words = "description", string? key = null) =>
        await _admin.SendJsonAsync("/api/v1/definitions", new JsonObject { ["name"] = name, ["version"] = "1.0.0", ["labYaml"] = yaml, [words] = $"by {n}" }.ToJsonString(), key);

    private async Task<string?> PublishedInTrailAsync(string name, string words = "description")
    {
        await host.UntilAsync(snapshot => snapshot.Outbox.IsEmpty);
        var told = Assert.Single((await _admin.ReadAsync($"/api/v1/audit?subject=definitions/{name}"))["items"]!.AsArray());
        return (string?)told!["data"]!["changes"]!.AsArray().Single(change => (string?)change!["field"] == words)!["after"];
    }
}

using System.Net;
using System.Text.Json.Nodes;
using Ccm.Engine.Control;
using Ccm.Engine.Labs;
using Ccm.Tests.Api;
using Ccm.Tests.Servers;
using Person = Ccm.Tests.Identity.Browser;

namespace Ccm.Tests.Story;

/// <summary>Two portals side by side on real stores: whatever one has said the other knows.</summary>
public sealed class ReplicasStory(TwoPortals portals) : IClassFixture<TwoPortals>
{
    [Fact]
    public async Task Written_OnOne_IsReadOnTheOtherAtOnce()
    {
        var (_, one, two) = await portals.GetAsync();
        for (var n = 0; n < 20; n++)
        {
            var (here, there) = n % 2 == 0 ? (one, two) : (two, one);
            await (await here.Client.PublishAsync($"lab-{n}", "1.0.0", Answers.LabOf(2, $"lab {n}"))).Ok(HttpStatusCode.Created);
            Assert.Equal($"lab {n}", (string?)(await there.Client.ReadAsync($"/api/v1/definitions/lab-{n}"))["title"]);

            var reserved = await there.Client.PostedAsync("/api/v1/instances", new { definitionId = $"lab-{n}", durationMinutes = 30 });
            Assert.Equal("lab-" + n, (string?)(await here.Client.ReadAsync($"/api/v1/instances/{reserved["id"]}"))["definitionId"]);
        }
    }

    [Fact]
    public async Task Seeded_ByBothAtOnce_StandsOnce()
    {
        var (_, one, two) = await portals.GetAsync();
        await Eventually.HoldsAsync(async () => Names(await one.Client.ReadAsync("/api/v1/definitions")).IsSupersetOf(DemoLabs.All.Select(lab => lab.Name)), "the labs are seeded");
        await Eventually.HoldsAsync(async () => (int)(await one.Client.ReadAsync("/api/v1/system/status"))["outboxDepth"]! == 0, "the outbox is empty");

        foreach (var lab in DemoLabs.All)
            Assert.Single(await EventsAsync(two, $"subject=definitions/{lab.Name}"));
        Assert.Equal(Names(await two.Client.ReadAsync("/api/v1/templates")).Count, (await EventsAsync(two, $"type={EventTypes.TemplateCreated}")).Count);
        Assert.DoesNotContain("is refused; mend its settings", one.Log + two.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_OfOne_IsGoodAtTheOther()
    {
        var (_, one, two) = await portals.GetAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(two.Address, "/api/v1/instances")) { Headers = { Authorization = one.Client.DefaultRequestHeaders.Authorization } };
        using var client = new HttpClient();
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    /// <summary>The browser moves on with its cookie, and a form that one replica gave it the other takes.</summary>
    [Fact]
    public async Task Session_OfOne_IsGoodAtTheOther()
    {
        var (_, one, two) = await portals.GetAsync();
        using var here = new Person(one.Address);
        await here.SignInAsync("/instances", "operator", "operator");
        using var there = new Person(two.Address, cookies: here.Cookies);

        var (page, body) = await there.GetAsync("/instances");
        var (_, form) = await here.GetAsync("/instances");
        var (signedOut, _) = await there.PostAsync("/account/sign-out", Person.Hidden(form, "__RequestVerificationToken"));
        var (after, _) = await here.GetAsync("/instances");

        Assert.Equal("/instances", page.RequestMessage!.RequestUri!.AbsolutePath);
        Assert.Contains("Sign out", body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, signedOut.StatusCode);
        Assert.Equal("/account/sign-in", after.RequestMessage!.RequestUri!.AbsolutePath);
    }

    [Fact]
    public async Task Event_ToldToOneAndAgainToTheOther_CountsOnce()
    {
        var (_, one, two) = await portals.GetAsync();
        await (await one.Client.PublishAsync("assessed", "1.0.0", Answers.LabOf(2, "assessed"))).Ok(HttpStatusCode.Created);
        var id = (string)(await one.Client.PostedAsync("/api/v1/instances", new { definitionId = "assessed", durationMinutes = 30 }))["id"]!;
        await Eventually.HoldsAsync(async () => (string?)(await two.Client.ReadAsync($"/api/v1/instances/{id}"))["state"] == "RUNNING", "the lab runs");
        await (await one.Client.SendJsonAsync($"/api/v1/instances/{id}/collect", "{}")).Ok(HttpStatusCode.Accepted);

        Assert.False(await DuplicateAsync(two, Collected(id)));
        Assert.True(await DuplicateAsync(one, Collected(id)));
        await Eventually.HoldsAsync(async () => (int)(await one.Client.ReadAsync("/api/v1/system/status"))["outboxDepth"]! == 0, "the outbox is empty");
        Assert.True(await DuplicateAsync(one, Collected(id)));
        await (await one.Client.SendJsonAsync("/api/v1/events", Graded(id, "collected"))).Refused(HttpStatusCode.Conflict, "another body");
        Assert.False(await DuplicateAsync(one, Graded(id, "graded")));
        Assert.True(await DuplicateAsync(two, Graded(id, "graded")));

        Assert.Equal(7.5m, (decimal)(await two.Client.ReadAsync($"/api/v1/instances/{id}"))["grade"]!["score"]!);
        await Eventually.HoldsAsync(async () => (string?)(await two.Client.ReadAsync($"/api/v1/instances/{id}"))["state"] == "TERMINATED", "the lab has ended");

        static string Collected(string id) => $$"""{"specversion":"1.0","id":"collected","source":"/grader","type":"assessment.collection.completed","subject":"instances/{{id}}"}""";
        static string Graded(string id, string eventId) =>
            $$"""{"specversion":"1.0","id":"{{eventId}}","source":"/grader","type":"assessment.grading.completed","data":{"instanceId":"{{id}}","score":7.5} }""";
        static async Task<bool> DuplicateAsync(PortalProcess portal, string json) =>
            (bool)(await (await portal.Client.SendJsonAsync("/api/v1/events", json)).Ok(HttpStatusCode.Accepted))["duplicate"]!;
    }

    [Fact]
    public async Task Status_OfBoth_NamesThreeRealStores()
    {
        var (_, one, two) = await portals.GetAsync();
        foreach (var portal in new[] { one, two })
        {
            var status = await portal.Client.ReadAsync("/api/v1/system/status");
            Assert.Equal(("etcd", "mongodb", "redis"), ((string?)status["stores"]!["state"]!["kind"], (string?)status["stores"]!["documents"]!["kind"], (string?)status["stores"]!["sessions"]!["kind"]));
            Assert.False((bool)status["embedded"]!);
        }
    }

    private static HashSet<string> Names(JsonNode page) => [.. page["items"]!.AsArray().Select(item => (string)item!["name"]!)];

    private static async Task<JsonArray> EventsAsync(PortalProcess portal, string filter) => (await portal.Client.ReadAsync($"/api/v1/audit?limit=1000&{filter}"))["items"]!.AsArray();
}

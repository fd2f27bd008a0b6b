using System.Net;
using Ccm.Engine.Auditing;
using Ccm.Engine.Control;
using Ccm.Engine.Documents.MongoDb;
using Ccm.Engine.Domain;
using Ccm.Tests.Api;
using Ccm.Tests.Servers;
using Person = Ccm.Tests.Identity.Browser;

namespace Ccm.Tests.Story;

/// <summary>MongoDB goes away under a running portal, or is not there when one starts, and comes back.</summary>
public sealed class DocumentsAwayStory
{
    private const int OutboxLimit = 20;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task MongoDbStopped_LabsRunAndEnd_ChangesWaitAndAreRefusedPastTheLimit_AndAllIsWrittenOnceItIsBack()
    {
        await using var stores = await RealStores.StartAsync();
        var portal = await stores.StartPortalAsync($"--Ccm:Control:OutboxLimit={OutboxLimit}", "--Ccm:Simulator:Speed=2000", "--Ccm:Lifecycle:Sweep=00:00:02");
        var admin = portal.Client;
        await (await admin.PublishAsync("lab", "1.0.0", Answers.Lab)).Ok(HttpStatusCode.Created);
        var running = await ReserveAsync(admin);
        await Eventually.HoldsAsync(async () => await StateAsync(admin, running) == "RUNNING", "the lab runs");
        await Eventually.HoldsAsync(async () => await OutboxAsync(admin) == 0, "the outbox is empty");

        await stores.Mongo.KillAsync();

        await (await admin.PublishAsync("other", "1.0.0", Answers.Lab)).Refused(HttpStatusCode.ServiceUnavailable, "The document store does not answer: MongoDB: 127.0.0.1:");
        var ready = await (await admin.GetAsync("/health/ready", Cancelled)).Ok(HttpStatusCode.ServiceUnavailable);
        Assert.Contains("The document store (mongodb): ", (string?)Assert.Single(ready["reasons"]!.AsArray()), StringComparison.Ordinal);
        using var person = new Person(portal.Address);
        await person.SignInAsync("/instances", "viewer", "viewer");
        await Eventually.HoldsAsync(async () => (await person.GetAsync("/instances")).Body.Contains("The document store does not answer: ", StringComparison.Ordinal), "a page says that it is away");

        // People's changes are taken until too much waits; what was asked for by then is carried out.
        await (await admin.DeleteAsync($"/api/v1/instances/{running}", Cancelled)).Ok(HttpStatusCode.Accepted);
        var reserved = new List<string>();
        HttpResponseMessage answer;
        while ((answer = await admin.SendJsonAsync("/api/v1/instances", """{"definitionId":"lab"}""")).IsSuccessStatusCode)
            reserved.Add((string)(await answer.Ok(answer.StatusCode))["id"]!);
        await answer.Refused(HttpStatusCode.ServiceUnavailable, "wait for the audit trail");
        Assert.NotEmpty(reserved);
        Assert.True(await OutboxAsync(admin) >= OutboxLimit);
        await Eventually.HoldsAsync(async () => await StateAsync(admin, running) == "TERMINATED", "what was ended has given everything back");
        await Eventually.HoldsAsync(async () => (await Task.WhenAll(reserved.Select(id => StateAsync(admin, id)))).All(state => state == "RUNNING"), "what was reserved runs");

        await stores.Mongo.RestartAsync();

        await Eventually.HoldsAsync(async () => await OutboxAsync(admin) == 0, "the outbox is empty again");
        await portal.ReadyAsync();
        await (await admin.PublishAsync("other", "1.0.0", Answers.Lab)).Ok(HttpStatusCode.Created);
        await AssertTrailAsync(stores, [running, .. reserved]);
    }

    [Fact]
    public async Task MongoDbAwayAtTheStart_ThePortalRunsAndSaysWhy_AndWorksOnceItIsThere()
    {
        await using var stores = await RealStores.StartAsync();
        await stores.Mongo.KillAsync();

        var portal = await stores.StartUnreadyPortalAsync();

        var ready = await (await portal.Client.GetAsync("/health/ready", Cancelled)).Ok(HttpStatusCode.ServiceUnavailable);
        Assert.Contains("The document store (mongodb): ", string.Join(' ', ready["reasons"]!.AsArray()), StringComparison.Ordinal);
        using var person = new Person(portal.Address);
        var (page, body) = await person.GetAsync("/instances");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, page.StatusCode);
        Assert.Contains("Nobody can sign in yet", body, StringComparison.Ordinal);
        await (await portal.Client.GetAsync("/api/v1/instances", Cancelled)).Refused(HttpStatusCode.ServiceUnavailable, "Tokens cannot be checked yet");

        await stores.Mongo.RestartAsync();

        await portal.ReadyAsync();
        Assert.Contains("Sign out", (await person.SignInAsync("/instances", "viewer", "viewer")).Body, StringComparison.Ordinal);
        await Eventually.HoldsAsync(async () => (await portal.Client.ReadAsync("/api/v1/definitions"))["items"]!.AsArray().Count == 3, "the demo labs are seeded");
    }

    private static async Task<string> ReserveAsync(HttpClient client) => (string)(await client.PostedAsync("/api/v1/instances", new { definitionId = "lab" }))["id"]!;

    private static async Task<string?> StateAsync(HttpClient client, string id) => (string?)(await client.ReadAsync($"/api/v1/instances/{id}"))["state"];

    private static async Task<int> OutboxAsync(HttpClient client) => (int)(await client.ReadAsync("/api/v1/system/status"))["outboxDepth"]!;

    /// <summary>The chain is whole, and each walk stands in it once.</summary>
    private static async Task AssertTrailAsync(RealStores stores, string[] instances)
    {
        using var documents = new MongoDocuments(stores.Mongo.ConnectionString, 183, TimeProvider.System);
        var events = await new MongoAuditTrail(documents).ReadChainAsync(1, int.MaxValue, Cancelled);
        Assert.Null(AuditChain.Verify(null, events));
        Assert.Equal(1, events[0].Sequence);
        foreach (var id in instances)
        {
            foreach (var state in new[] { InstanceState.Pending, InstanceState.Scheduled, InstanceState.Running })
                Assert.Single(events, e => e.Subject == Subjects.Instance(id) && e.Type == EventTypes.Of(state));
        }
    }
}

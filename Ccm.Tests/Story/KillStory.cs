using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Ccm.Engine.Auditing;
using Ccm.Engine.Control;
using Ccm.Engine.Documents.Embedded;
using Ccm.Engine.Domain;
using Ccm.Engine.Embedded;
using Ccm.Engine.State;
using Ccm.Engine.State.Embedded;
using Ccm.Tests.Faults.Checking;
using Ccm.Tests.Labs;
using Ccm.Tests.Servers;

namespace Ccm.Tests.Story;

/// <summary>The portal is killed in the middle of everything, again and again, and finishes on the same data.</summary>
public sealed class KillStory
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Portal_KilledInTheMiddle_FinishesWithNothingLeakedOrTwice()
    {
        using var directory = new TemporaryDirectory();
        await using var portal = await PortalProcess.StartAsync($"--Ccm:DataDirectory={directory.Path}", "--Ccm:Simulator:Speed=2000", "--Ccm:Lifecycle:Sweep=00:00:02");
        var reserved = new List<string>();
        foreach (var (file, n) in PublicLabs.Names().Select((row, n) => (row.Data, n)))
        {
            await PublishAsync(portal, $"lab-{n}", PublicLabs.Read(file));
            reserved.Add(await ReserveAsync(portal, $"lab-{n}", $"key-{n}"));
            if (n is 15 or 30)
                await AgainAsync(portal);
        }
        // The same keys again are the same reservations, whatever the process remembers.
        Assert.Equal(reserved[3], await ReserveAsync(portal, "lab-3", "key-3"));
        await AgainAsync(portal);
        await UntilAllAsync(portal, reserved, "RUNNING");
        foreach (var (id, n) in reserved.Select((id, n) => (id, n)))
        {
            using var answer = await portal.Client.DeleteAsync(new Uri($"/api/v1/instances/{id}", UriKind.Relative));
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            if (n is 10 or 25)
                await AgainAsync(portal);
        }
        await UntilAllAsync(portal, reserved, "TERMINATED");
        await UntilAsync(async () => (await portal.GetAsync("/api/v1/system/status")).GetProperty("outboxDepth").GetInt32() == 0, "the outbox is empty");
        await portal.KillAsync();
        await AssertBooksAndTrailAsync(directory.Path, reserved);
        await portal.RunAsync();
    }

    private static async Task AgainAsync(PortalProcess portal)
    {
        await portal.KillAsync();
        await portal.RunAsync();
    }

    private static async Task PublishAsync(PortalProcess portal, string name, string yaml)
    {
        using var body = new StringContent(yaml, Encoding.UTF8, new MediaTypeHeaderValue("application/yaml"));
        using var answer = await portal.Client.PostAsync(new Uri($"/api/v1/definitions?name={name}&version=1.0.0", UriKind.Relative), body);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
    }

    private static async Task<string> ReserveAsync(PortalProcess portal, string definition, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/instances") { Content = JsonContent.Create(new { definitionId = definition }) };
        request.Headers.Add("Idempotency-Key", key);
        using var answer = await portal.Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement.GetProperty("id").GetString()!;
    }

    private static Task UntilAllAsync(PortalProcess portal, List<string> ids, string state) => UntilAsync(async () =>
    {
        var items = (await portal.GetAsync("/api/v1/instances?limit=1000")).GetProperty("items").EnumerateArray().ToDictionary(item => item.GetProperty("id").GetString()!, item => item.GetProperty("state").GetString());
        return ids.All(id => items.GetValueOrDefault(id) == state);
    }, $"all are {state}");

    private static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, $"It never came to be that {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private static async Task AssertBooksAndTrailAsync(string directory, List<string> reserved)
    {
        using var database = EmbeddedDatabase.Open(directory);
        await using var store = new SqliteStateStore(database, TimeProvider.System);
        var list = await store.ListAsync(StateKeys.Root, 0, TestContext.Current.CancellationToken);
        var snapshot = Replay.Of(list);
        Assert.Empty(PlaceRules.Books(snapshot));
        Assert.All(snapshot.Workers.Values, worker => Assert.True(worker.IsEmpty, worker.Id));
        Assert.Equal(reserved.Order(), snapshot.Instances.Keys.Order());
        Assert.DoesNotContain(list.Entries, entry => entry.Key.StartsWith($"{StateKeys.Simulator}labs/", StringComparison.Ordinal));

        var events = await new SqliteAuditTrail(database).ReadChainAsync(1, int.MaxValue, TestContext.Current.CancellationToken);
        Assert.Null(AuditChain.Verify(null, events));
        Assert.Equal(events.Length, events.Select(e => e.Id).Distinct().Count());
        foreach (var id in reserved)
        {
            var types = events.Where(e => e.Subject == Subjects.Instance(id)).Select(e => e.Type).ToList();
            Assert.Single(types, EventTypes.Of(InstanceState.Pending));
            Assert.Single(types, EventTypes.Of(InstanceState.Terminated));
        }
    }
}

using System.Net;
using Ccm.Engine.Domain;

namespace Ccm.Tests.Api;

/// <summary>A drain as operators and admins go through it, on a fleet of its own.</summary>
public sealed class DrainApiTests(ApiHost host) : IClassFixture<ApiHost>
{
    private readonly HttpClient _admin = host.Client();

    [Fact]
    public async Task Drain_PlannedThenForced_EndsItsLabAndStops()
    {
        await (await _admin.PublishAsync("drained", "1.0.0", Answers.Lab)).Ok(HttpStatusCode.Created);
        var id = await host.RunningInstanceAsync(_admin, "drained");
        var worker = host.Cache.Current.Instances[id].WorkerId!;
        var slotEnd = (string?)(await _admin.ReadAsync($"/api/v1/instances/{id}"))["timeslotEnd"];
        await (await host.Client("operator").SendJsonAsync($"/api/v1/workers/{worker}/drain", "{}")).Ok(HttpStatusCode.Accepted);

        var plan = await _admin.ReadAsync($"/api/v1/workers/{worker}/drain-plan");
        var blocker = Assert.Single(plan["blocking"]!.AsArray())!;
        Assert.Equal((id, "admin", "RUNNING", slotEnd, false), ((string?)blocker["instanceId"], (string?)blocker["ownerId"], (string?)blocker["state"], (string?)blocker["endsAt"], (bool)blocker["estimated"]!));
        Assert.Equal((slotEnd, "DRAINING", false), ((string?)plan["freeAt"], (string?)plan["state"], (bool)plan["overdue"]!));
        Assert.Equal((DateTimeOffset)(await _admin.ReadAsync($"/api/v1/workers/{worker}"))["drainStartedAt"]! + TimeSpan.FromHours(4), (DateTimeOffset)plan["overdueAt"]!);

        await (await host.Client("operator").SendJsonAsync($"/api/v1/workers/{worker}/stop", "{}")).Refused(HttpStatusCode.Conflict, "not empty", "admin");
        await (await host.Client("operator").SendJsonAsync($"/api/v1/workers/{worker}/stop", """{"force":true}""")).Refused(HttpStatusCode.Forbidden, "admin");
        Assert.True((bool)(await (await _admin.SendJsonAsync($"/api/v1/workers/{worker}/stop", """{"force":true}""")).Ok(HttpStatusCode.Accepted))["forced"]!);
        await host.UntilAsync(snapshot => snapshot.Workers[worker].Value.State == WorkerState.Stopped);

        var ended = await _admin.ReadAsync($"/api/v1/instances/{id}");
        Assert.Equal(("TERMINATED", "Cancelled"), ((string?)ended["state"], (string?)ended["outcome"]));
        var stopped = await _admin.ReadAsync($"/api/v1/workers/{worker}");
        Assert.Equal((false, null, null), ((bool)stopped["forced"]!, (string?)stopped["drainStartedAt"], (string?)stopped["drainOverdueSince"]));
        Assert.Contains("ccm_workers_drain_overdue 0", await _admin.GetStringAsync("/metrics", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}

using System.Net;
using Ccm.Engine.Documents;
using Microsoft.Extensions.DependencyInjection;

namespace Ccm.Tests.Api;

/// <summary>The document store goes away and comes back: 503 with the reason meanwhile, and nothing is lost.</summary>
public sealed class OutageTests : IAsyncLifetime
{
    private readonly ApiHost _host = new();

    public ValueTask InitializeAsync() => _host.InitializeAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Documents_Away_Is503AndEventsWaitUntilTheyAreBack()
    {
        var admin = _host.Client();
        await (await admin.PublishAsync("outage", "1.0.0", Answers.Lab)).Ok(HttpStatusCode.Created);
        var trail = (BreakableTrail)_host.Services.GetRequiredService<IAuditTrail>();
        await _host.UntilAsync(snapshot => snapshot.Outbox.IsEmpty);
        trail.Broken = true;

        var ready = await (await admin.GetAsync("/health/ready", TestContext.Current.CancellationToken)).Ok(HttpStatusCode.ServiceUnavailable);
        Assert.Contains("took the trail away", (string?)Assert.Single(ready["reasons"]!.AsArray()), StringComparison.Ordinal);
        Assert.Equal("live", (string?)(await admin.ReadAsync("/health/live"))["status"]);
        Assert.False((bool)(await admin.ReadAsync("/api/v1/system/status"))["stores"]!["documents"]!["healthy"]!);
        var audit = await admin.GetAsync("/api/v1/audit", TestContext.Current.CancellationToken);
        await audit.Refused(HttpStatusCode.ServiceUnavailable, "does not answer");
        Assert.Equal(TimeSpan.FromSeconds(5), audit.Headers.RetryAfter?.Delta);

        var body = $$"""{"definitionId":"outage","timeslotStart":"{{TimeProvider.System.GetUtcNow().AddDays(4):O}}"}""";
        await (await admin.SendJsonAsync("/api/v1/instances", body, "first")).Refused(HttpStatusCode.ServiceUnavailable);
        Assert.Empty((await admin.ReadAsync("/api/v1/instances"))["items"]!.AsArray());

        // Without a key nothing has to be looked up: the state store alone decides, and the event waits in the outbox.
        var id = (string)(await admin.PostedAsync("/api/v1/instances", new { definitionId = "outage", timeslotStart = TimeProvider.System.GetUtcNow().AddDays(4) }))["id"]!;
        Assert.True((int)(await admin.ReadAsync("/api/v1/system/status"))["outboxDepth"]! > 0);
        await (await admin.GetAsync("/api/v1/instances/i-0", TestContext.Current.CancellationToken)).Refused(HttpStatusCode.ServiceUnavailable);

        trail.Broken = false;
        var events = (await admin.ReadAsync($"/api/v1/instances/{id}/events"))["items"]!.AsArray();
        Assert.Equal("ccm.lablet.instance.pending", (string?)Assert.Single(events)!["type"]);
        await _host.UntilAsync(snapshot => snapshot.Outbox.IsEmpty);
        var written = Assert.Single((await admin.ReadAsync($"/api/v1/instances/{id}/events"))["items"]!.AsArray())!;
        Assert.Equal((string?)events[0]!["id"], (string?)written["id"]);
        Assert.NotNull(written["sequence"]);
        await (await admin.GetAsync("/health/ready", TestContext.Current.CancellationToken)).Ok();
    }
}

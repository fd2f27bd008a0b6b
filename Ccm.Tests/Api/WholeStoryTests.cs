using System.Net;
using System.Text.Json.Nodes;

namespace Ccm.Tests.Api;

/// <summary>One lab from reservation to end, on a fleet of its own.</summary>
public sealed class WholeStoryTests(ApiHost host) : IClassFixture<ApiHost>
{
    private readonly HttpClient _admin = host.Client();

    [Fact]
    public async Task Reserve_AsSoonAsPossible_RunsAndEndsWithEverythingGivenBack()
    {
        await (await _admin.PublishAsync("whole-story", "1.0.0", Answers.Lab)).Ok(HttpStatusCode.Created);
        var reserved = await _admin.PostedAsync("/api/v1/instances", new { definitionId = "whole-story", durationMinutes = 30 });
        var id = (string)reserved["id"]!;
        Assert.Equal("1.0.0", (string?)reserved["version"]);
        Assert.Equal("admin", (string?)reserved["ownerId"]);

        var running = await Until(id, "RUNNING");
        Assert.NotNull((string?)running["timeslotEnd"]);
        Assert.Equal(["r0_serial", "r1_serial"], running["ports"]!.AsObject().Select(port => port.Key));
        var workerId = (string)running["workerId"]!;
        var worker = await _admin.ReadAsync($"/api/v1/workers/{workerId}");
        Assert.Equal((int)worker["declared"]!["nodes"]! - 2, (int)worker["available"]!["nodes"]!);
        var ports = await _admin.ReadAsync($"/api/v1/workers/{workerId}/ports");
        Assert.Equal((2000, 9999), ((int)ports["start"]!, (int)ports["end"]!));
        Assert.Contains(ports["allocated"]!.AsArray(), port => (string?)port!["instanceId"] == id && (string?)port["name"] == "r1_serial"
            && (int)port["port"]! == (int)running["ports"]!["r1_serial"]!);
        Assert.Equal(id, (string?)(await _admin.ReadAsync($"/api/v1/workers/{workerId}/instances"))["items"]![0]!["id"]);
        var onHost = Assert.Single((await _admin.ReadAsync($"/api/v1/workers/{workerId}/labs"))["items"]!.AsArray())!;
        Assert.Equal((id, $"ccm-{id}", "BOOTED"), ((string?)onHost["instanceId"], (string?)onHost["title"], (string?)onHost["state"]));
        var plan = await _admin.ReadAsync($"/api/v1/workers/{workerId}/drain-plan");
        Assert.Equal((string?)running["timeslotEnd"], (string?)plan["freeAt"]);
        Assert.Contains(workerId, (string?)(await _admin.ReadAsync($"/api/v1/instances/{id}/explain"))["summary"], StringComparison.Ordinal);

        var cancelled = await (await _admin.DeleteAsync($"/api/v1/instances/{id}", TestContext.Current.CancellationToken)).Ok(HttpStatusCode.Accepted);
        Assert.Equal("TERMINATED", (string?)cancelled["target"]);
        var ended = await Until(id, "TERMINATED");
        Assert.Equal("Cancelled", (string?)ended["outcome"]);
        Assert.Empty(ended["ports"]!.AsObject());
        worker = await _admin.ReadAsync($"/api/v1/workers/{workerId}");
        Assert.True(JsonNode.DeepEquals(worker["declared"], worker["available"]), worker.ToJsonString());
        var types = (await _admin.ReadAsync($"/api/v1/instances/{id}/events"))["items"]!.AsArray().Select(item => (string?)item!["type"]).ToArray();
        Assert.Equal("ccm.lablet.instance.terminated", types[0]);
        Assert.Equal("ccm.lablet.instance.pending", types[^1]);
    }

    private async Task<JsonNode> Until(string id, string state)
    {
        await host.UntilAsync(snapshot => string.Equals(snapshot.Instances[id].Value.State.ToString(), state, StringComparison.OrdinalIgnoreCase));
        return await _admin.ReadAsync($"/api/v1/instances/{id}");
    }
}

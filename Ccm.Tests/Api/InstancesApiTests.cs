using System.Net;
using System.Text.Json.Nodes;

namespace Ccm.Tests.Api;

public sealed class InstancesApiTests(ApiHost host) : IClassFixture<ApiHost>
{
    private readonly HttpClient _admin = host.Client();

    [Fact]
    public async Task Get_KeysPurged_AnswersFromTheTrail()
    {
        await (await _admin.PublishAsync("purged", "1.0.0", Answers.Lab)).Ok(HttpStatusCode.Created);
        var user = host.Client("user", "alice");
        var id = await host.RunningInstanceAsync(user, "purged");
        await (await user.DeleteAsync($"/api/v1/instances/{id}", TestContext.Current.CancellationToken)).Ok(HttpStatusCode.Accepted);
        var before = await Until(id, "TERMINATED");
        await host.UntilAsync(snapshot => snapshot.Outbox.IsEmpty);
        Assert.True(await host.ForgetAsync(id));
        await host.UntilAsync(snapshot => !snapshot.Instances.ContainsKey(id));

        var after = await _admin.ReadAsync($"/api/v1/instances/{id}");
        before["workerId"] = null;
        Assert.True(JsonNode.DeepEquals(before, after), $"{before.ToJsonString()}\n{after.ToJsonString()}");
        Assert.Equal("alice", (string?)(await user.ReadAsync($"/api/v1/instances/{id}"))["ownerId"]);
        Assert.NotEmpty((await user.ReadAsync($"/api/v1/instances/{id}/events"))["items"]!.AsArray());
        await (await host.Client("user", "bob").GetAsync($"/api/v1/instances/{id}", TestContext.Current.CancellationToken)).Refused(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Stop_ThenStart_RunsAgainOnTheSameWorkerAndPorts()
    {
        await (await _admin.PublishAsync("again", "1.0.0", Answers.Lab)).Ok(HttpStatusCode.Created);
        var id = await host.RunningInstanceAsync(_admin, "again");
        var before = await _admin.ReadAsync($"/api/v1/instances/{id}");
        Assert.Equal("STOPPED", (string?)(await (await _admin.SendJsonAsync($"/api/v1/instances/{id}/stop", "{}")).Ok(HttpStatusCode.Accepted))["target"]);
        await Until(id, "STOPPED");
        Assert.Equal("RUNNING", (string?)(await (await _admin.PostAsync($"/api/v1/instances/{id}/start", null, TestContext.Current.CancellationToken)).Ok(HttpStatusCode.Accepted))["target"]);
        var after = await Until(id, "RUNNING");
        Assert.Equal((string?)before["workerId"], (string?)after["workerId"]);
        Assert.True(JsonNode.DeepEquals(before["ports"], after["ports"]));
    }

    [Fact]
    public async Task Extend_LaterEnd_MovesTheEndOfTheSlot()
    {
        await (await _admin.PublishAsync("longer", "1.0.0", Answers.Lab)).Ok(HttpStatusCode.Created);
        var id = await host.RunningInstanceAsync(_admin, "longer");
        var end = (DateTimeOffset)(await _admin.ReadAsync($"/api/v1/instances/{id}"))["timeslotEnd"]!;
        var body = $$"""{"timeslotEnd":"{{end.AddMinutes(30):O}}"}""";
        var extended = await (await _admin.SendJsonAsync($"/api/v1/instances/{id}/extend", body)).Ok(HttpStatusCode.Accepted);
        Assert.Equal(end.AddMinutes(30), (DateTimeOffset)extended["timeslotEnd"]!);
        await (await _admin.SendJsonAsync($"/api/v1/instances/{id}/extend", $$"""{"timeslotEnd":"{{end:O}}"}""")).Refused(HttpStatusCode.BadRequest);
        await (await _admin.SendJsonAsync($"/api/v1/instances/{id}/extend", $$"""{"timeslotEnd":"{{end.AddYears(1):O}}"}""")).Refused(HttpStatusCode.BadRequest, "240 minutes");
    }

    private async Task<JsonNode> Until(string id, string state)
    {
        await host.UntilAsync(snapshot => string.Equals(snapshot.Instances[id].Value.State.ToString(), state, StringComparison.OrdinalIgnoreCase));
        return await _admin.ReadAsync($"/api/v1/instances/{id}");
    }
}

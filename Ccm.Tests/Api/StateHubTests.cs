using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;

namespace Ccm.Tests.Api;

public sealed class StateHubTests(ApiHost host) : IClassFixture<ApiHost>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Subscribe_Admin_GetsASnapshotAndThenEveryChange()
    {
        var admin = host.Client();
        await (await admin.PublishAsync("hub-all", "1.0.0", Answers.Lab)).Ok(HttpStatusCode.Created);
        var before = await ReserveAsync(admin, "hub-all");
        await using var connection = await ConnectAsync("admin");
        await using var messages = connection.StreamAsync<JsonNode>("Subscribe", Token).GetAsyncEnumerator(Token);

        var snapshot = await NextAsync(messages);
        Assert.Equal("snapshot", (string?)snapshot["type"]);
        Assert.Contains(snapshot["instances"]!.AsArray(), instance => (string?)instance!["id"] == before && (string?)instance["state"] == "PENDING");
        Assert.NotNull(snapshot["workers"]);

        await admin.DeleteAsync($"/api/v1/instances/{before}", Token);
        var after = await ReserveAsync(admin, "hub-all");
        var revision = (long)snapshot["revision"]!;
        var states = new Dictionary<string, string>();
        while (states.GetValueOrDefault(before) != "TERMINATED" || !states.ContainsKey(after))
        {
            var delta = await NextAsync(messages);
            Assert.Equal("delta", (string?)delta["type"]);
            Assert.True((long)delta["revision"]! > revision);
            revision = (long)delta["revision"]!;
            foreach (var instance in delta["instances"]!.AsArray())
                states[(string)instance!["id"]!] = (string)instance["state"]!;
        }
        Assert.Equal("PENDING", states[after]);
    }

    [Fact]
    public async Task Subscribe_User_SeesOwnInstancesOnly()
    {
        var (admin, alice) = (host.Client(), host.Client("user", "alice"));
        await (await admin.PublishAsync("hub-own", "1.0.0", Answers.Lab)).Ok(HttpStatusCode.Created);
        await host.RunningWorkerAsync();
        await ReserveAsync(admin, "hub-own");
        var hers = await ReserveAsync(alice, "hub-own");
        await using var connection = await ConnectAsync("user", "alice");
        await using var messages = connection.StreamAsync<JsonNode>("Subscribe", Token).GetAsyncEnumerator(Token);
        var snapshot = await NextAsync(messages);
        Assert.Equal(hers, (string?)Assert.Single(snapshot["instances"]!.AsArray())!["id"]);
        Assert.Empty(snapshot["workers"]!.AsArray());

        await ReserveAsync(admin, "hub-own");
        var second = await ReserveAsync(alice, "hub-own");
        var delta = await NextAsync(messages);
        Assert.Equal(second, (string?)Assert.Single(delta["instances"]!.AsArray())!["id"]);
        Assert.Empty(delta["workers"]!.AsArray());
    }

    [Fact]
    public async Task Subscribe_InstancePurged_IsToldAsRemoved()
    {
        var admin = host.Client();
        await (await admin.PublishAsync("hub-gone", "1.0.0", Answers.Lab)).Ok(HttpStatusCode.Created);
        var id = await ReserveAsync(admin, "hub-gone");
        await admin.DeleteAsync($"/api/v1/instances/{id}", Token);
        await host.UntilAsync(state => state.Instances[id].Value.State == Engine.Domain.InstanceState.Terminated);
        await using var connection = await ConnectAsync("viewer");
        await using var messages = connection.StreamAsync<JsonNode>("Subscribe", Token).GetAsyncEnumerator(Token);
        await NextAsync(messages);
        Assert.True(await host.ForgetAsync(id));
        JsonNode delta;
        do
            delta = await NextAsync(messages);
        while (delta["removedInstances"]!.AsArray().Count == 0);
        Assert.Equal(id, (string?)delta["removedInstances"]![0]);
        Assert.Empty(delta["removedWorkers"]!.AsArray());
    }

    [Fact]
    public async Task Connect_TokenInTheAddress_IsEnough()
    {
        await using var connection = new HubConnectionBuilder().WithUrl($"{host.Address}hubs/state?access_token={ApiHost.Token("viewer")}").Build();
        await connection.StartAsync(Token);
        Assert.Equal(HubConnectionState.Connected, connection.State);
    }

    [Fact]
    public async Task Connect_NoToken_IsRefused()
    {
        await using var connection = new HubConnectionBuilder().WithUrl($"{host.Address}hubs/state").Build();
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => connection.StartAsync(Token));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public async Task Subscribe_NoRole_IsRefusedWithTheReason()
    {
        await using var connection = await ConnectAsync("nothing");
        await using var messages = connection.StreamAsync<JsonNode>("Subscribe", Token).GetAsyncEnumerator(Token);
        var refused = await Assert.ThrowsAsync<HubException>(() => NextAsync(messages));
        Assert.Contains("no role", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subscribe_MoreStreamsThanOneConnectionMayHave_IsRefusedUntilOneEnds()
    {
        await using var connection = await ConnectAsync("viewer");
        var open = new List<IAsyncEnumerator<JsonNode>>();
        using var first = new CancellationTokenSource();
        for (var n = 0; n < 4; n++)
        {
            open.Add(connection.StreamAsync<JsonNode>("Subscribe", n == 0 ? first.Token : Token).GetAsyncEnumerator(Token));
            await NextAsync(open[n]);
        }
        var refused = await Assert.ThrowsAsync<HubException>(async () => await NextAsync(connection.StreamAsync<JsonNode>("Subscribe", Token).GetAsyncEnumerator(Token)));
        Assert.Contains("4 streams", refused.Message, StringComparison.Ordinal);

        await first.CancelAsync();
        JsonNode? again = null;
        for (var look = 0; look < 1000 && again is null; look++)
        {
            try
            {
                again = await NextAsync(connection.StreamAsync<JsonNode>("Subscribe", Token).GetAsyncEnumerator(Token));
            }
            catch (HubException)
            {
                // The server has not yet heard that the first one ended.
            }
        }
        Assert.NotNull(again);
    }

    private async Task<HubConnection> ConnectAsync(string role, string? subject = null)
    {
        var connection = new HubConnectionBuilder()
            .WithUrl($"{host.Address}hubs/state", options => options.AccessTokenProvider = () => Task.FromResult<string?>(ApiHost.Token(role, subject))).Build();
        await connection.StartAsync(Token);
        return connection;
    }

    private static async Task<JsonNode> NextAsync(IAsyncEnumerator<JsonNode> messages)
    {
        Assert.True(await messages.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), Token), "The stream ended.");
        return messages.Current;
    }

    private static async Task<string> ReserveAsync(HttpClient client, string definition) => (string)(await client.PostedAsync("/api/v1/instances",
        new { definitionId = definition, timeslotStart = TimeProvider.System.GetUtcNow().AddDays(2) }))["id"]!;
}

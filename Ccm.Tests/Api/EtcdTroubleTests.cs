using System.Net;
using System.Text.Json.Nodes;
using Ccm.Engine.Leadership;
using Ccm.Engine.State;
using Ccm.Engine.State.Etcd;
using Ccm.Portal.Health;
using Ccm.Tests.Servers;
using Etcdserverpb;
using Microsoft.Extensions.DependencyInjection;

namespace Ccm.Tests.Api;

/// <summary>What people and machines are told while etcd is full or has lost its majority, and that CCM goes on afterwards.</summary>
public sealed class EtcdTroubleTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Full_ChangesAre503AndReadsWork_UntilThereIsRoom()
    {
        await using var etcd = await EtcdServer.StartAsync("--quota-backend-bytes", "24000000");
        await using var host = new ApiHost { Settings = { ["ConnectionStrings:etcd"] = etcd.Endpoint } };
        await host.InitializeAsync();
        var admin = host.Client();
        await (await admin.PublishAsync("full", "1.0.0", Answers.Lab)).Ok(HttpStatusCode.Created);
        await host.UntilAsync(snapshot => snapshot.Leaders.Count == 2 && snapshot.Outbox.IsEmpty);
        var terms = host.Services.GetRequiredService<Elections>().All.Select(election => election.Term).ToArray();
        var store = host.Services.GetRequiredService<IStateStore>();

        var early = false;
        for (var n = 0; await store.CommitAsync(new StateTransaction { Puts = [new StatePut($"/ccm-test/{n:00}", new byte[400_000])] }, Stop) is CommitResult.Committed; n++)
            early |= (await ReadyAsync(admin, HttpStatusCode.OK))["warnings"]!.AsArray().Any(warning => ((string?)warning)!.Contains("When it is full, every change is refused", StringComparison.Ordinal));

        Assert.True(early, "Nobody was warned before it was full.");
        var request = $$"""{"definitionId":"full","timeslotStart":"{{TimeProvider.System.GetUtcNow().AddDays(4):O}}"}""";
        await (await admin.SendJsonAsync("/api/v1/instances", request)).Refused(HttpStatusCode.ServiceUnavailable, "etcd is full (alarm NOSPACE)");
        Assert.Empty((await admin.ReadAsync("/api/v1/instances"))["items"]!.AsArray());
        Assert.Contains("alarm NOSPACE", (string?)Assert.Single((await ReadyAsync(admin, HttpStatusCode.OK))["warnings"]!.AsArray()), StringComparison.Ordinal);
        var state = (await admin.ReadAsync("/api/v1/system/status"))["stores"]!["state"]!;
        Assert.False((bool)state["healthy"]!);
        await host.Services.GetRequiredService<StateMonitor>().LookAsync(Stop);
        Assert.Contains("ccm_state_store_alarm{alarm=\"NOSPACE\"} 1", await admin.GetStringAsync("/metrics", Stop), StringComparison.Ordinal);

        await MakeRoomAsync(etcd, store);

        await (await admin.SendJsonAsync("/api/v1/instances", request)).Ok(HttpStatusCode.Created);
        Assert.Empty((await ReadyAsync(admin, HttpStatusCode.OK))["warnings"]!.AsArray());
        // Keep-alives go on in a full store: the terms are the same as before.
        Assert.Equal(terms, host.Services.GetRequiredService<Elections>().All.Select(election => election.Term));
        await host.UntilAsync(snapshot => snapshot.Outbox.IsEmpty);
    }

    [Fact]
    public async Task QuorumLost_NotReadyAndChangesAre503_UntilItIsBack()
    {
        await using var cluster = await EtcdCluster.StartAsync();
        await using var host = new ApiHost { Settings = { ["ConnectionStrings:etcd"] = cluster.Endpoints } };
        await host.InitializeAsync();
        var admin = host.Client();
        await (await admin.PublishAsync("quorum", "1.0.0", Answers.Lab)).Ok(HttpStatusCode.Created);

        await cluster.Members[1].KillAsync();
        await cluster.Members[2].KillAsync();

        await UntilAsync(async () => (int)(await admin.GetAsync("/health/ready", Stop)).StatusCode == 503);
        var reasons = string.Join(' ', (await ReadyAsync(admin, HttpStatusCode.ServiceUnavailable))["reasons"]!.AsArray().Select(reason => (string?)reason));
        Assert.Contains("ConnectionStrings:etcd", reasons, StringComparison.Ordinal);
        var body = $$"""{"definitionId":"quorum","timeslotStart":"{{TimeProvider.System.GetUtcNow().AddDays(4):O}}"}""";
        await (await admin.SendJsonAsync("/api/v1/instances", body)).Refused(HttpStatusCode.ServiceUnavailable);

        await cluster.Members[1].RestartAsync();

        await UntilAsync(async () => (await admin.GetAsync("/health/ready", Stop)).IsSuccessStatusCode);
        await (await admin.SendJsonAsync("/api/v1/instances", body)).Ok(HttpStatusCode.Created);
        await host.UntilAsync(snapshot => snapshot.Leaders.Count == 2 && snapshot.Outbox.IsEmpty);
    }

    private static async Task<JsonNode> ReadyAsync(HttpClient client, HttpStatusCode status) => await (await client.GetAsync("/health/ready", Stop)).Ok(status);

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(1), TimeProvider.System);
        while (!await holds())
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, late.Token);
    }

    /// <summary>What an operator does with etcdctl: compact, defrag, alarm disarm.</summary>
    private static async Task MakeRoomAsync(EtcdServer etcd, IStateStore store)
    {
        var large = await store.ListAsync("/ccm-test/", 0, Stop);
        var deleted = Assert.IsType<CommitResult.Committed>(await store.CommitAsync(new StateTransaction { Deletes = [.. large.Entries.Select(entry => entry.Key)] }, Stop));
        using var member = new EtcdMember(new Uri($"http://{etcd.Endpoint}"), false, new EtcdTls(new EtcdOptions()), TimeProvider.System);
        await member.Keys.CompactAsync(new CompactionRequest { Revision = deleted.Revision, Physical = true });
        await member.Maintenance.DefragmentAsync(new DefragmentRequest());
        foreach (var alarm in (await member.Maintenance.AlarmAsync(new AlarmRequest())).Alarms)
            await member.Maintenance.AlarmAsync(new AlarmRequest { Action = AlarmRequest.Types.AlarmAction.Deactivate, Alarm = alarm.Alarm, MemberID = alarm.MemberID });
    }
}

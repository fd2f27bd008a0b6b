using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Ccm.Engine.Leadership;
using Ccm.Engine.State;
using Ccm.Tests.Api;
using Ccm.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ccm.Tests.Story;

/// <summary>Two replicas on one etcd: whichever is asked knows who leads, and leadership moves when it is asked to.</summary>
public sealed class ReplicasOnEtcdTests : IAsyncLifetime
{
    private EtcdServer? _etcd;
    private ApiHost? _first, _second;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private ApiHost First => _first!;

    private ApiHost Second => _second!;

    public async ValueTask InitializeAsync()
    {
        _etcd = await EtcdServer.StartAsync();
        _first = await StartAsync("first");
        await LeadsAsync(First, "first", StateKeys.SchedulerLeader, StateKeys.ControllerLeader);
        _second = await StartAsync("second");
    }

    public async ValueTask DisposeAsync()
    {
        if (_second is not null)
            await _second.DisposeAsync();
        if (_first is not null)
            await _first.DisposeAsync();
        if (_etcd is not null)
            await _etcd.DisposeAsync();
    }

    [Fact]
    public async Task Leaders_AskedOfTheOther_AreTheSameWithTheirAge()
    {
        var here = (await First.Client().ReadAsync("/api/v1/system/leaders"))["scheduler"]!;
        // What the other replica knows of the lease it asks for now and then.
        JsonNode there;
        do
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Stop);
            there = (await Second.Client().ReadAsync("/api/v1/system/leaders"))["scheduler"]!;
        }
        while (there["leaseAgeSeconds"] is null);

        Assert.Equal("first", (string?)there["replicaId"]);
        Assert.Equal(((string?)here["since"], (long)here["term"]!), ((string?)there["since"], (long)there["term"]!));
        Assert.InRange((double)there["leaseAgeSeconds"]!, 0, 5);
        Assert.InRange((double)here["leaseAgeSeconds"]!, 0, 5);
        Assert.Contains("ccm_leader_lease_age_seconds{key=\"/ccm/scheduler/leader\"}", await Second.Client().GetStringAsync("/metrics", Stop), StringComparison.Ordinal);
    }

    /// <summary>The one that only stands by too; and one that stops leaves at once, not when its lease runs out.</summary>
    [Fact]
    public async Task Replicas_EachKnowsBothUntilOneStops()
    {
        foreach (var asked in new[] { First, Second })
            await asked.UntilAsync(snapshot => snapshot.Replicas.Keys.ToHashSet().SetEquals(["first", "second"]));
        var told = (await Second.Client().ReadAsync("/api/v1/system/replicas"))["items"]!.AsArray();
        Assert.Equal([("first", "controller, scheduler"), ("second", "")], told.Select(replica => ((string?)replica!["replicaId"], string.Join(", ", replica["leads"]!.AsArray().Select(part => (string?)part)))));

        await First.DisposeAsync();
        _first = null;

        Assert.Equal(["second"], (await Second.Services.GetRequiredService<IStateStore>().ListAsync(StateKeys.Replicas, 0, Stop)).Entries.Select(entry => entry.Key[StateKeys.Replicas.Length..]));
    }

    [Fact]
    public async Task Resign_AskedOfTheOther_MovesLeadershipThere()
    {
        await (await Second.Client().SendJsonAsync("/api/v1/system/leaders/scheduler/resign", "{}")).Ok(HttpStatusCode.Accepted);

        await LeadsAsync(First, "second", StateKeys.SchedulerLeader);
        await LeadsAsync(Second, "first", StateKeys.ControllerLeader);
        // The watch may tell of the key before the one that wrote it has its answer.
        await Eventually.HoldsAsync(() => Task.FromResult(Second.Services.GetRequiredService<Elections>().Scheduler.Term is not null), "the second knows that it leads");
    }

    [Fact]
    public async Task AskedToStop_WhileARequestStillRuns_LeadershipIsHandedOverAtOnce()
    {
        // A request whose body never ends: Kestrel would wait for it before any other service is stopped.
        using var slow = new TcpClient();
        await slow.ConnectAsync(First.Address.Host, First.Address.Port, Stop);
        await slow.GetStream().WriteAsync(Encoding.ASCII.GetBytes("POST /api/v1/instances HTTP/1.1\r\nHost: ccm\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"), Stop);

        First.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        await LeadsAsync(Second, "second", StateKeys.SchedulerLeader, StateKeys.ControllerLeader);
        Assert.True(await First.Client().GetAsync("/health/live", Stop) is { IsSuccessStatusCode: true });
    }

    private async Task<ApiHost> StartAsync(string id)
    {
        var host = new ApiHost { Settings = { ["ConnectionStrings:etcd"] = _etcd!.Endpoint, ["Ccm:ReplicaId"] = id } };
        await host.InitializeAsync();
        return host;
    }

    /// <summary>As the asked replica sees it.</summary>
    private static Task LeadsAsync(ApiHost asked, string id, params string[] keys) =>
        asked.UntilAsync(snapshot => keys.All(key => snapshot.Leaders.GetValueOrDefault(key)?.ReplicaId == id));
}

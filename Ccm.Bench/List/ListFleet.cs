using System.Text;
using System.Text.Json;
using Ccm.Bench.Measuring;
using Ccm.Bench.Schedule;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.State.Etcd;
using Ccm.Engine.Watching;
using Ccm.Portal.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Ccm.Bench.List;

/// <summary>Instances in every state in one etcd, a cache over them, and the question that is asked of both.</summary>
internal sealed class ListFleet : IAsyncDisposable
{
    public const int Count = 10_000;
    private const int Workers = 500;

    /// <summary>Six of ten run, as on a busy day.</summary>
    private static readonly InstanceState[] States =
    [
        InstanceState.Running, InstanceState.Running, InstanceState.Running, InstanceState.Running, InstanceState.Running, InstanceState.Running,
        InstanceState.Instantiating, InstanceState.Stopped, InstanceState.Scheduled, InstanceState.Terminated,
    ];

    private readonly ILoggerFactory _logging;
    private readonly LabletInstance[] _instances;
    private int _turn;

    private ListFleet(string endpoint, Faults faults)
    {
        _logging = LoggerFactory.Create(logging => logging.AddProvider(faults));
        Store = new EtcdStateStore(endpoint, TimeProvider.System, _logging.CreateLogger<EtcdStateStore>());
        Cache = new WatchCache(Store, TimeProvider.System, _logging.CreateLogger<WatchCache>());
        _instances = [.. new BenchFleet(workers: 0, Count).Instances.Select((lab, n) => DomainJson.Read<LabletInstance>(lab.State) with { State = States[n % States.Length] })];
        var request = new DefaultHttpContext().Request;
        request.QueryString = new QueryString("?state=RUNNING&ownerId=user&limit=100");
        Question = InstanceQuery.Of(request, new Actor("viewer", "Viewer", [Role.Viewer]));
    }

    public EtcdStateStore Store { get; }

    public WatchCache Cache { get; }

    /// <summary>The first 100 of those that run, newest first: the API's own code.</summary>
    public InstanceQuery Question { get; }

    /// <summary>Of the last write.</summary>
    public long Written { get; private set; }

    public static async Task<ListFleet> StartAsync(string endpoint, Faults faults)
    {
        var fleet = new ListFleet(endpoint, faults);
        foreach (var chunk in fleet._instances.Chunk(StateLimits.Operations / 2))
            await fleet.CommitAsync([.. chunk.SelectMany((lab, n) => new[] { State(lab), new StatePut(StateKeys.InstanceWorker(lab.Id), Encoding.UTF8.GetBytes($"w-{n % Workers:x16}")) })]);
        await fleet.Cache.StartAsync(CancellationToken.None);
        await fleet.Cache.Ready;
        return fleet;
    }

    /// <summary>As JSON as the API answers it.</summary>
    public static byte[] Json(Page<InstanceView> page) => JsonSerializer.SerializeToUtf8Bytes(page, ApiJson.Answers);

    /// <summary>One instance that is in the answer changes: who reads next must see it.</summary>
    public Task WriteAsync()
    {
        var newest = _instances[^States.Length];
        return CommitAsync([State(newest with { DurationMinutes = 60 + (++_turn % 100) })]);
    }

    public async ValueTask DisposeAsync()
    {
        await Cache.StopAsync(CancellationToken.None);
        Cache.Dispose();
        await Store.DisposeAsync();
        _logging.Dispose();
    }

    private static StatePut State(LabletInstance lab) => new(StateKeys.InstanceState(lab.Id), DomainJson.Write(lab));

    private async Task CommitAsync(StatePut[] puts) => Written = await Store.CommitAsync(new StateTransaction { Puts = [.. puts] }, CancellationToken.None) switch
    {
        CommitResult.Committed committed => committed.Revision,
        var other => throw new BenchException($"etcd did not take the bench's own data: {other}"),
    };
}

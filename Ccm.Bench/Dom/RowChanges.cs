using System.Collections.Concurrent;
using Ccm.Bench.Servers;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.State.Etcd;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccm.Bench.Dom;

/// <summary>Running instances in etcd that change one after the other; when each change was sent, and when a watch of etcd told of it.</summary>
internal sealed class RowChanges : IAsyncDisposable
{
    private static readonly DateTimeOffset Began = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<int, double> _heard = new();
    private readonly Dictionary<int, double> _sent = [];
    private readonly EtcdStateStore _store;
    private Task _watching = Task.CompletedTask;
    private int _changes;

    public RowChanges(EtcdProcess etcd) => _store = new EtcdStateStore(etcd.Endpoint, TimeProvider.System, NullLogger<EtcdStateStore>.Instance);

    /// <summary>When each was sent, ms since 1970.</summary>
    public IReadOnlyDictionary<int, double> Sent => _sent;

    /// <summary>When the watch told of each.</summary>
    public IReadOnlyDictionary<int, double> Heard => _heard;

    /// <summary>Writes them once, as many transactions as it takes, and begins to watch.</summary>
    public async Task FillAsync(int instances)
    {
        foreach (var some in Enumerable.Range(0, instances).Chunk(StateLimits.Operations))
            await CommitAsync([.. some.Select(n => Put(Id(n), 0))]);
        _watching = WatchAsync((await _store.ListAsync(StateKeys.SchedulerLeader, 0, CancellationToken.None)).Revision + 1);
    }

    public static string Id(int n) => $"i-{n:x16}";

    /// <summary>So many a second, of the instances in turn, for a time.</summary>
    /// <returns>The numbers of the changes.</returns>
    public async Task<List<int>> RunAsync(IReadOnlyList<string> ids, int perSecond, TimeSpan time)
    {
        var made = new List<int>();
        var began = TimeProvider.System.GetTimestamp();
        for (var n = 0; n < perSecond * time.TotalSeconds; n++)
        {
            // Out of step with whatever repeats.
            var early = TimeSpan.FromSeconds((n + (n * 0.37 % 1)) / perSecond) - TimeProvider.System.GetElapsedTime(began);
            if (early > TimeSpan.Zero)
                await Task.Delay(early, TimeProvider.System);
            made.Add(await ChangeAsync(ids[n % ids.Count]));
        }
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        return made;
    }

    /// <returns>The number of the change.</returns>
    public async Task<int> ChangeAsync(string id)
    {
        var put = Put(id, ++_changes);
        _sent[_changes] = Clock.Now;
        await CommitAsync([put]);
        return _changes;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _store.DisposeAsync();
        _stop.Dispose();
    }

    private async Task WatchAsync(long from)
    {
        await foreach (var batch in _store.WatchAsync(StateKeys.Instances, from, _stop.Token))
        {
            var now = Clock.Now;
            foreach (var change in batch.Events)
                _heard[DomainJson.Read<LabletInstance>(change.Entry!.Value.Span).FailedAttempts] = now;
        }
    }

    /// <summary>The number of the change stands in its version, which its row shows. Its place in the page's order stays.</summary>
    private static StatePut Put(string id, int change) => new(StateKeys.InstanceState(id), DomainJson.Write(new LabletInstance
    {
        Id = id,
        State = change % 2 == 0 ? InstanceState.Running : InstanceState.Collecting,
        DefinitionId = "ospf-triangle",
        Version = $"1.0.{change}",
        OwnerId = "user",
        DurationMinutes = 240,
        TimeslotStart = Began,
        TimeslotEnd = Began.AddYears(1),
        FailedAttempts = change,
        Request = new LabRequest { Resources = new LabResources(2, 4, 4, false), Nodes = 4, LicensedNodes = 4, PortNames = ["r1_serial"] },
        LastTransition = new Transition<InstanceState>(InstanceState.Instantiating, InstanceState.Running, Began, "ccm/controller", "Its lab has converged."),
        CreatedAt = Began,
        CreatedBy = "user",
        OperationId = "bench",
    }));

    private async Task CommitAsync(StatePut[] puts)
    {
        if (await _store.CommitAsync(new StateTransaction { Puts = [.. puts] }, CancellationToken.None) is not CommitResult.Committed)
            throw new BenchException("etcd did not take the bench's own data.");
    }
}

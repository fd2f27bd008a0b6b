using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Documents.Embedded;
using Ccm.Engine.Embedded;
using Ccm.Engine.Leadership;
using Ccm.Engine.Scheduling;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Ccm.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Ccm.Tests.Scheduling;

/// <summary>A scheduler with a cache and a control plane of its own that believes it leads, whoever else does.</summary>
internal sealed class TestScheduler : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly SchedulerLoop _loop;
    private Task _running = Task.CompletedTask;

    private TestScheduler(IStateStore store, EmbeddedDatabase documents)
    {
        var time = TimeProvider.System;
        var times = new PlanningTimes(TimeSpan.FromMinutes(5), 1);
        Cache = new WatchCache(store, time, NullLogger<WatchCache>.Instance);
        var control = new ControlPlane(store, new SqliteDefinitionDocuments(documents, time), new SqliteTemplateDocuments(documents, time), new SqliteAuditTrail(documents),
            Cache, Options.Create(new ControlOptions()), times, time, NullLogger<ControlPlane>.Instance);
        _loop = new SchedulerLoop(control, Cache, times, time, NullLogger<SchedulerLoop>.Instance);
    }

    public WatchCache Cache { get; }

    /// <summary>Its cache is filled when this returns; what it then does it does by itself.</summary>
    public static async Task<TestScheduler> StartAsync(IStateStore store, EmbeddedDatabase documents, StateGuard fence, IStateLease lease)
    {
        var scheduler = new TestScheduler(store, documents);
        await scheduler.Cache.StartAsync(CancellationToken.None);
        await scheduler.Cache.Ready.OrLate();
        var term = new LeaderTerm(fence, TimeProvider.System.GetUtcNow(), lease, scheduler._stop.Token);
        scheduler._running = Task.Run(() => scheduler._loop.RunAsync(term));
        return scheduler;
    }

    /// <summary>Done once it sees so many instances placed; fails when that does not come.</summary>
    public async Task PlacedAsync(int count)
    {
        using var subscription = Cache.Subscribe();
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(1), TimeProvider.System);
        var snapshot = subscription.Start;
        while (snapshot.In(Engine.Domain.InstanceState.Scheduled).Count() < count)
        {
            var next = subscription.NextAsync(late.Token);
            // A loop that failed places nothing more; say why instead of waiting.
            if (await Task.WhenAny(next, _running) == _running)
                await _running;
            snapshot = (await next).After;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await Cache.StopAsync(CancellationToken.None);
        Cache.Dispose();
        _stop.Dispose();
    }
}

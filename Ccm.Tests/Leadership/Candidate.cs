using System.Threading.Channels;
using Ccm.Engine.Leadership;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Ccm.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccm.Tests.Leadership;

/// <summary>A replica that campaigns, and tells the test of each of its terms.</summary>
internal sealed class Candidate : IAsyncDisposable
{
    public static readonly TimeSpan Ttl = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stop = new();
    private readonly WatchCache _cache;
    private readonly Channel<LeaderTerm> _begun = Channel.CreateUnbounded<LeaderTerm>();
    private readonly Channel<LeaderTerm> _ended = Channel.CreateUnbounded<LeaderTerm>();
    private readonly Leaders _leaders;
    private Task _running = Task.CompletedTask;

    private Candidate(string id, IStateStore store, Leaders leaders)
    {
        _leaders = leaders;
        _cache = new WatchCache(store, TimeProvider.System, NullLogger<WatchCache>.Instance);
        Election = new Election(StateKeys.SchedulerLeader, new Replica(id, ""), store, _cache, Ttl, TimeProvider.System, NullLogger<Election>.Instance);
    }

    public Election Election { get; }

    public static async Task<Candidate> StartAsync(string id, IStateStore store, Leaders leaders)
    {
        var candidate = new Candidate(id, store, leaders);
        await candidate._cache.StartAsync(CancellationToken.None);
        await candidate._cache.Ready.OrLate();
        candidate._running = Task.Run(() => candidate.Election.RunAsync(candidate.LeadAsync, candidate._stop.Token));
        return candidate;
    }

    /// <summary>Its next term, once it leads.</summary>
    public Task<LeaderTerm> LeadsAsync() => _begun.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().OrLate();

    /// <summary>The next of its terms to be over.</summary>
    public Task<LeaderTerm> EndedAsync() => _ended.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().OrLate();

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _cache.StopAsync(CancellationToken.None);
        _cache.Dispose();
        _stop.Dispose();
    }

    private async Task LeadAsync(LeaderTerm term)
    {
        _leaders.Enter();
        await _begun.Writer.WriteAsync(term, CancellationToken.None);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, term.Over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _leaders.Leave();
        await _ended.Writer.WriteAsync(term, CancellationToken.None);
    }
}

/// <summary>Counts how many lead at once.</summary>
internal sealed class Leaders
{
    private int _now;
    private int _most;

    public int Most => _most;

    public void Enter()
    {
        var now = Interlocked.Increment(ref _now);
        if (now > _most)
            _most = now;
    }

    public void Leave() => Interlocked.Decrement(ref _now);
}

using Ccm.Engine.Domain;
using Ccm.Engine.Leadership;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Ccm.Tests.Servers;

namespace Ccm.Tests.Leadership;

/// <summary>Leadership on any state store.</summary>
public abstract class ElectionContract
{
    private readonly Leaders _leaders = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>What a replica opens; replicas of the embedded store share the one there is, with the first one's clock.</summary>
    private protected abstract Task<IStateStore> OpenAsync(TimeProvider time);

    [Fact]
    public async Task Run_TwoReplicas_OneLeadsAndDeletingItsKeyHandsOver()
    {
        var store = await OpenAsync(TimeProvider.System);
        await using var first = await Candidate.StartAsync("first", store, _leaders);
        var term = await first.LeadsAsync();
        await using var second = await Candidate.StartAsync("second", await OpenAsync(TimeProvider.System), _leaders);
        Assert.Equal("first", await LeaderAsync(store));
        Assert.Null(second.Election.Term);

        await store.CommitAsync(new StateTransaction { Deletes = [StateKeys.SchedulerLeader] }, Stop);

        var next = await second.LeadsAsync();
        Assert.Equal("second", await LeaderAsync(store));
        Assert.Same(term, await first.EndedAsync());
        Assert.IsType<CommitResult.GuardFailed>(await WriteAsync(store, term));
        Assert.IsType<CommitResult.Committed>(await WriteAsync(store, next));
    }

    [Fact]
    public async Task Run_LeaderStops_TheOtherLeads()
    {
        var store = await OpenAsync(TimeProvider.System);
        await using var first = await Candidate.StartAsync("first", store, _leaders);
        await first.LeadsAsync();
        await using var second = await Candidate.StartAsync("second", await OpenAsync(TimeProvider.System), _leaders);

        await first.StopAsync();

        await second.LeadsAsync();
        Assert.Equal("second", await LeaderAsync(store));
        Assert.Equal(1, _leaders.Most);
    }

    [Fact]
    public async Task Run_ManyHandovers_NeverTwoAtOnce()
    {
        var candidates = new List<Candidate>();
        for (var n = 0; n < 4; n++)
            candidates.Add(await Candidate.StartAsync($"{n}", await OpenAsync(TimeProvider.System), _leaders));
        var leading = candidates.ToDictionary(candidate => candidate.LeadsAsync());
        while (leading.Count > 0)
        {
            var led = await Task.WhenAny(leading.Keys).OrLate();
            await leading[led].DisposeAsync();
            leading.Remove(led);
        }
        Assert.Equal(1, _leaders.Most);
    }

    [Fact]
    public async Task Run_LeaseLost_TermIsOverBeforeTheKeyVanishes()
    {
        var time = new ManualTime();
        var store = await OpenAsync(time);
        var witness = await OpenAsync(TimeProvider.System);
        await using var first = await Candidate.StartAsync("first", store, _leaders);
        var term = await first.LeadsAsync();
        var seen = new TaskCompletionSource<StateEntry?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = term.Over.Register(() =>
            seen.SetResult(Task.Run(() => witness.GetAsync(StateKeys.SchedulerLeader, CancellationToken.None)).GetAwaiter().GetResult()));

        time.Jump(Candidate.Ttl);

        var entry = await seen.Task.OrLate();
        Assert.Equal(term.Fence, new StateGuard.Created(StateKeys.SchedulerLeader, entry!.CreateRevision));
        await first.EndedAsync();
        var again = await first.LeadsAsync();
        Assert.NotEqual(term.Fence, again.Fence);
        Assert.IsType<CommitResult.GuardFailed>(await WriteAsync(witness, term));
        Assert.IsType<CommitResult.Committed>(await WriteAsync(witness, again));
    }

    private static async Task<string?> LeaderAsync(IStateStore store) =>
        await store.GetAsync(StateKeys.SchedulerLeader, Stop) is { } entry ? DomainJson.Read<LeaderEntry>(entry.Value.Span).ReplicaId : null;

    private static Task<CommitResult> WriteAsync(IStateStore store, LeaderTerm term) =>
        store.CommitAsync(new StateTransaction { Guards = [term.Fence], Puts = [new StatePut("/ccm-test/work", new byte[1])] }, Stop);
}

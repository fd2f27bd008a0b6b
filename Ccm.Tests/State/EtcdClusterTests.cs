using Ccm.Engine.State;
using Ccm.Engine.State.Etcd;
using Ccm.Tests.Leadership;
using Ccm.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccm.Tests.State;

/// <summary>Three members: one may die or fall silent, and nobody fails; two, and nothing is done until they are back.</summary>
public sealed class EtcdClusterTests : IAsyncLifetime
{
    /// <summary>One that was under way in the member that failed, one that met the election, and the one that stands.</summary>
    private const int MostAttempts = 3;

    private EtcdCluster? _cluster;
    private EtcdStateStore? _store;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private EtcdCluster Cluster => _cluster!;

    private EtcdStateStore Store => _store!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await EtcdCluster.StartAsync();
        _store = new EtcdStateStore(_cluster.Endpoints, TimeProvider.System, NullLogger<EtcdStateStore>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
            await _store.DisposeAsync();
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task MemberKilled_UnderTraffic_AllGoesOnAndItComesBack()
    {
        await using var traffic = await EtcdTraffic.StartAsync(Store);
        await traffic.GoesOnAsync(20);

        await Cluster.Members[0].KillAsync();

        await traffic.GoesOnAsync(50);
        Assert.NotNull(await Store.GetAsync("/ccm-test/leased", Stop));
        Assert.False(traffic.LeaseLost.IsCancellationRequested);
        var status = await Store.GetStatusAsync(Stop);
        Assert.Contains("nothing listens", Assert.Single(status.Members, member => member.Problem is not null).Problem, StringComparison.Ordinal);
        Assert.Contains("One of the state store's 3 members does not serve", Assert.Single(StateWarnings.Of(status)), StringComparison.Ordinal);

        await Cluster.Members[0].RestartAsync();
        await Cluster.Members[1].KillAsync();

        await traffic.GoesOnAsync(50);
        Assert.False(traffic.LeaseLost.IsCancellationRequested);
        Assert.InRange(traffic.MostAttempts, 1, MostAttempts);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task MemberSilent_UnderTraffic_AllGoesOn(bool leader)
    {
        var led = (await Store.GetStatusAsync(Stop)).Members.Single(member => member.Leads).Endpoint;
        var paused = Cluster.Members.First(member => member.Endpoint == led == leader);
        // All calls use the first that is named: the one that will fall silent.
        await using var store = new EtcdStateStore(string.Join(',', Cluster.Members.OrderBy(member => member != paused).Select(member => member.Endpoint)), TimeProvider.System, NullLogger<EtcdStateStore>.Instance);
        await using var traffic = await EtcdTraffic.StartAsync(store);
        await traffic.GoesOnAsync(20);

        paused.Pause();

        await traffic.GoesOnAsync(50);
        Assert.NotNull(await store.GetAsync("/ccm-test/leased", Stop));
        Assert.False(traffic.LeaseLost.IsCancellationRequested);
        paused.Resume();
        await traffic.GoesOnAsync(20);
        Assert.InRange(traffic.MostAttempts, 1, MostAttempts);
    }

    [Fact]
    public async Task QuorumLost_NobodyLeadsAndNothingIsWritten_UntilItIsBack()
    {
        await using var candidate = await Candidate.StartAsync("first", Store, new Leaders());
        var term = await candidate.LeadsAsync();

        await Cluster.Members[0].KillAsync();
        await Cluster.Members[1].KillAsync();

        Assert.Same(term, await candidate.EndedAsync());
        Assert.False(await Store.CommitAsync(new StateTransaction { Puts = [new StatePut("/ccm-test/a", new byte[1])] }, Stop) is CommitResult.Committed);
        var away = await Assert.ThrowsAsync<StateStoreUnavailableException>(() => Store.GetStatusAsync(Stop));
        Assert.Contains("1 of 3 servers answer, and they are no majority", away.Message, StringComparison.Ordinal);
        Assert.Null(candidate.Election.Term);

        await Cluster.Members[0].RestartAsync();

        Assert.NotEqual(term.Fence, (await candidate.LeadsAsync()).Fence);
    }
}

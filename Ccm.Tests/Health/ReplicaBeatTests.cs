using Ccm.Engine.Domain;
using Ccm.Engine.Leadership;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Ccm.Portal.Health;
using Ccm.Portal.Live;
using Ccm.Tests.Components;
using Ccm.Tests.Domain;
using Ccm.Tests.Servers;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccm.Tests.Health;

/// <summary>What a replica tells of itself, on a clock that the test moves.</summary>
public sealed class ReplicaBeatTests : IAsyncLifetime
{
    private readonly MemoryStateStore _store = new();
    private readonly PageTime _time = new(Sample.Now);
    private readonly ReplicaBeat _beat;

    public ReplicaBeatTests() => _beat = new ReplicaBeat(_store, new Replica("replica-1", "http://here"),
        new OpenCircuits(new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance), _time, NullLogger<OpenCircuits>.Instance), _time, NullLogger<ReplicaBeat>.Instance);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _beat.StartAsync(Stop);

    public async ValueTask DisposeAsync()
    {
        await _beat.StopAsync(CancellationToken.None);
        _beat.Dispose();
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task Running_TellsAgainEveryPeriodUnderItsLease()
    {
        var first = await HeardAsync(_ => true);
        Assert.Equal(("replica-1", "http://here", SystemHealth.Version, 0), (first.Id, first.Address, first.Version, first.OpenPages));
        Assert.NotEqual(0, (await _store.GetAsync(StateKeys.Replica("replica-1"), Stop))!.LeaseId);

        var second = await HeardAsync(told =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return told.HeardAt > first.HeardAt;
        });

        Assert.Equal(first with { HeardAt = second.HeardAt }, second);
        Assert.True(second.HeardAt - first.HeardAt >= ReplicaEntry.Period);
    }

    [Fact]
    public async Task Stopped_IsGoneAtOnce()
    {
        await HeardAsync(_ => true);

        await _beat.StopAsync(Stop);

        Assert.Null(await _store.GetAsync(StateKeys.Replica("replica-1"), Stop));
    }

    [Fact]
    public async Task LeaseLost_TellsAgainUnderAnotherOnceTheStoreAnswers()
    {
        await HeardAsync(_ => true);
        _store.Silence("gone");
        await _store.LoseLeasesAsync();
        Assert.Null(await _store.GetAsync(StateKeys.Replica("replica-1"), Stop));
        var lost = _time.GetUtcNow();

        _store.Speak();

        await Eventually.HoldsAsync(async () =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return await _store.GetAsync(StateKeys.Replica("replica-1"), Stop) is { } entry && DomainJson.Read<ReplicaEntry>(entry.Value.Span).HeardAt >= lost;
        }, "it is heard of again");
    }

    [Theory]
    [InlineData(20, false)]
    [InlineData(21, true)]
    public void IsLate_AfterTwoPeriods(int seconds, bool late) =>
        Assert.Equal(late, new ReplicaEntry("r", "", "1", Sample.Now, Sample.Now, 0).IsLate(Sample.Now.AddSeconds(seconds)));

    private async Task<ReplicaEntry> HeardAsync(Func<ReplicaEntry, bool> holds)
    {
        ReplicaEntry? told = null;
        await Eventually.HoldsAsync(async () => await _store.GetAsync(StateKeys.Replica("replica-1"), Stop) is { } entry
            && holds(told = DomainJson.Read<ReplicaEntry>(entry.Value.Span)), "it tells of itself");
        return told!;
    }
}

using System.Text;
using Ccm.Engine.State;
using Ccm.Engine.State.Etcd;
using Ccm.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccm.Tests.State;

/// <summary>A server that dies, falls silent, is full or was never there: writes end as what they are, reads never say "absent".</summary>
public sealed class EtcdOutageTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private EtcdServer? _server;
    private EtcdStateStore? _store;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private EtcdServer Server => _server!;

    private EtcdStateStore Store => _store!;

    public async ValueTask InitializeAsync()
    {
        _server = await EtcdServer.StartAsync("--quota-backend-bytes", "20000000");
        _store = Open(_server.Endpoint);
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
            await _store.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
    }

    [Fact]
    public async Task Killed_WritesDoNotStandAndReadsAreUnavailable_UntilItIsBack()
    {
        Assert.IsType<CommitResult.Committed>(await PutAsync("/a", "kept"));
        var watching = WatchAsync();
        await using var lease = await Store.GrantLeaseAsync(TimeSpan.FromSeconds(60), Stop);

        await Server.KillAsync();

        // Refused where the connection could not even be opened, unknown where it broke.
        Assert.True(await PutAsync("/a", "lost") is CommitResult.Unknown or CommitResult.Refused);
        await Assert.ThrowsAsync<StateStoreUnavailableException>(() => watching.OrLate());
        await AssertUnavailableAsync();
        await lease.RevokeAsync(Stop);

        await Server.RestartAsync();
        while (await PutAsync("/b", "new") is not CommitResult.Committed)
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Stop);
        Assert.Equal("kept", Encoding.UTF8.GetString((await Store.GetAsync("/a", Stop))!.Value.Span));
    }

    [Fact]
    public async Task Silent_EveryCallEnds_AndTheWatchToo()
    {
        await PutAsync("/a", "1");
        var watching = WatchAsync();
        Server.Pause();

        Assert.IsType<CommitResult.Unknown>(await EndedAsync(PutAsync("/a", "2")));
        await Assert.ThrowsAsync<StateStoreUnavailableException>(() => EndedAsync(watching));
        await Assert.ThrowsAsync<StateStoreUnavailableException>(() => EndedAsync(Store.GetAsync("/a", Stop)));

        Server.Resume();
        while (await EndedAsync(PutAsync("/b", "3")) is not CommitResult.Committed)
            await Task.Yield();
        Assert.Equal("3", Encoding.UTF8.GetString((await Store.GetAsync("/b", Stop))!.Value.Span));
        // What was unknown may have been applied, at any time since.
        Assert.Contains(Encoding.UTF8.GetString((await Store.GetAsync("/a", Stop))!.Value.Span), new[] { "1", "2" });
    }

    [Fact]
    public async Task Silent_LeaseIsLostWithoutAWord()
    {
        await using var lease = await Store.GrantLeaseAsync(TimeSpan.FromSeconds(5), Stop);
        var lost = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lease.Lost.Register(() => lost.SetResult(lease.Age));
        Server.Pause();

        // In small steps: each keep-alive on the way finds nobody.
        for (var step = 0; step < 20; step++)
            _time.Jump(TimeSpan.FromSeconds(0.25));

        Assert.True(await lost.Task.OrLate() < lease.TimeToLive);
        Server.Resume();
    }

    [Fact]
    public async Task Full_WritesAreRefusedAndReadsWork()
    {
        var value = new string('x', 1_400_000);
        var written = 0;
        CommitResult result;
        while ((result = await PutAsync($"/large/{written}", value)) is CommitResult.Committed)
            written++;

        Assert.Contains("NOSPACE", Assert.IsType<CommitResult.Refused>(result).Reason, StringComparison.Ordinal);
        Assert.Equal(written, (await Store.ListAsync("/large/", 0, Stop)).Entries.Length);
        Assert.Equal(["NOSPACE"], (await Store.GetStatusAsync(Stop)).Alarms);
    }

    [Fact]
    public async Task NeverThere_NothingIsSent()
    {
        await using var nobody = Open("127.0.0.1:1");

        var result = await nobody.CommitAsync(new StateTransaction { Puts = [new StatePut("/a", new byte[1])] }, Stop);

        Assert.Contains("nothing was sent", Assert.IsType<CommitResult.Refused>(result).Reason, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StateStoreUnavailableException>(() => nobody.GetAsync("/a", Stop));
    }

    [Fact]
    public async Task OneOfThreeEndpointsThere_ItServes()
    {
        await using var store = Open($"127.0.0.1:1,http://{Server.Endpoint},127.0.0.1:2");
        while (await store.CommitAsync(new StateTransaction { Puts = [new StatePut("/a", new byte[1])] }, Stop) is not CommitResult.Committed)
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Stop);
        for (var n = 0; n < 10; n++)
            Assert.NotNull(await store.GetAsync("/a", Stop));
    }

    private EtcdStateStore Open(string endpoints) => new(endpoints, _time, NullLogger<EtcdStateStore>.Instance);

    private Task<CommitResult> PutAsync(string key, string value) =>
        Store.CommitAsync(new StateTransaction { Puts = [new StatePut(key, Encoding.UTF8.GetBytes(value))] }, Stop);

    private async Task<bool> WatchAsync()
    {
        await foreach (var _ in Store.WatchAsync("/", 1, Stop))
        {
        }
        return true;
    }

    private async Task AssertUnavailableAsync()
    {
        await Assert.ThrowsAsync<StateStoreUnavailableException>(() => Store.GetAsync("/absent", Stop));
        await Assert.ThrowsAsync<StateStoreUnavailableException>(() => Store.ListAsync("/", 0, Stop));
        await Assert.ThrowsAsync<StateStoreUnavailableException>(() => Store.GetStatusAsync(Stop));
        await Assert.ThrowsAsync<StateStoreUnavailableException>(() => Store.CompactAsync(1, Stop));
        await Assert.ThrowsAsync<StateStoreUnavailableException>(() => Store.GrantLeaseAsync(TimeSpan.FromSeconds(5), Stop));
        await Assert.ThrowsAsync<StateStoreUnavailableException>(() => WatchAsync());
    }

    /// <summary>Lets the clock go on until the call has ended.</summary>
    private async Task<T> EndedAsync<T>(Task<T> call)
    {
        while (await Task.WhenAny(call, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Stop)) != call)
            _time.Jump(TimeSpan.FromSeconds(5));
        return await call;
    }
}

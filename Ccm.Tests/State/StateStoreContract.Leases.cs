using Ccm.Engine.State;
using Ccm.Tests.Servers;

namespace Ccm.Tests.State;

public abstract partial class StateStoreContract
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Lease_Expires_ItsKeysVanishInARevisionOfTheirOwn()
    {
        var time = new ManualTime();
        await ReopenAsync(time);
        await PutAsync("kept");
        await using var lease = await Store.GrantLeaseAsync(Ttl, Stop);
        await PutAsync("a", lease: lease.Id);
        var last = await PutAsync("b", lease: lease.Id);

        time.Jump(Ttl);

        var batch = Assert.Single(await WatchedAsync(last + 1, 1));
        Assert.Equal(last + 1, batch.Revision);
        Assert.Equal([Key("a"), Key("b")], batch.Events.Select(change => change.Key).Order(StringComparer.Ordinal));
        Assert.All(batch.Events, change => Assert.Null(change.Entry));
        Assert.Equal("x", await ReadAsync("kept"));
        Assert.True(lease.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task Lease_Expires_HolderKnowsBeforeItsKeysVanish()
    {
        var time = new ManualTime();
        await ReopenAsync(time);
        await using var lease = await Store.GrantLeaseAsync(Ttl, Stop);
        var put = await PutAsync("a", lease: lease.Id);
        var lost = new TaskCompletionSource<StateEntry?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lease.Lost.Register(() => lost.SetResult(Task.Run(() => Store.GetAsync(Key("a"), Stop)).GetAwaiter().GetResult()));

        time.Jump(Ttl);

        Assert.NotNull(await lost.Task.OrLate());
        Assert.True(lease.Age >= Ttl * 0.9);
        Assert.Null(Assert.Single(Assert.Single(await WatchedAsync(put + 1, 1)).Events).Entry);
    }

    [Fact]
    public async Task Lease_Revoked_ItsKeysVanishAtOnceInOneRevision()
    {
        await using var lease = await Store.GrantLeaseAsync(TimeSpan.FromSeconds(60), Stop);
        await PutAsync("a", lease: lease.Id);
        var last = await PutAsync("b", lease: lease.Id);
        Assert.Equal(lease.Id, (await Store.GetAsync(Key("b"), Stop))!.LeaseId);
        Assert.False(lease.Lost.IsCancellationRequested);

        await lease.RevokeAsync(Stop);
        await lease.RevokeAsync(Stop);

        Assert.True(lease.Lost.IsCancellationRequested);
        var list = await Store.ListAsync(Prefix, 0, Stop);
        Assert.Empty(list.Entries);
        Assert.Equal(last + 1, list.Revision);
    }

    [Fact]
    public async Task Lease_RevokedWhileItsKeysAreWritten_LeavesNone()
    {
        for (var round = 0; round < 10; round++)
        {
            await using var lease = await Store.GrantLeaseAsync(TimeSpan.FromSeconds(60), Stop);
            await PutAsync("quiet", lease: lease.Id);
            await PutAsync("busy", lease: lease.Id);
            var writing = Task.Run(async () =>
            {
                while (await Store.CommitAsync(new StateTransaction { Puts = [Put("busy", lease: lease.Id)] }, Stop) is CommitResult.Committed)
                {
                }
            }, Stop);

            await lease.RevokeAsync(Stop);
            await writing;

            Assert.Empty((await Store.ListAsync(Prefix, 0, Stop)).Entries);
        }
    }

    [Fact]
    public async Task Lease_ManyKeys_AllVanishInOneRevision()
    {
        await using var lease = await Store.GrantLeaseAsync(TimeSpan.FromSeconds(60), Stop);
        await CommittedAsync(new StateTransaction { Puts = [.. Enumerable.Range(0, 128).Select(n => Put($"a{n}", lease: lease.Id))] });
        var last = await CommittedAsync(new StateTransaction { Puts = [.. Enumerable.Range(0, 128).Select(n => Put($"b{n}", lease: lease.Id))] });

        await lease.RevokeAsync(Stop);

        var list = await Store.ListAsync(Prefix, 0, Stop);
        Assert.Empty(list.Entries);
        Assert.Equal(last + 1, list.Revision);
    }

    [Fact]
    public async Task Lease_KeyPutWithoutIt_IsNoLongerBound()
    {
        await using var lease = await Store.GrantLeaseAsync(TimeSpan.FromSeconds(60), Stop);
        await PutAsync("a", "1", lease.Id);
        await PutAsync("a", "2");

        await lease.RevokeAsync(Stop);

        Assert.Equal("2", await ReadAsync("a"));
    }

    [Fact]
    public async Task Commit_WithALeaseThatIsGone_IsRefused()
    {
        var lease = await Store.GrantLeaseAsync(TimeSpan.FromSeconds(60), Stop);
        await lease.RevokeAsync(Stop);
        var before = await PutAsync("b");

        var result = await Store.CommitAsync(new StateTransaction { Puts = [Put("a", lease: lease.Id), Put("c")] }, Stop);

        Assert.IsType<CommitResult.Refused>(result);
        Assert.Null(await ReadAsync("c"));
        Assert.Equal(before + 1, await PutAsync("b"));
    }
}

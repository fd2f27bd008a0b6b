using System.Globalization;
using System.Text;
using Ccm.Engine.State;

namespace Ccm.Tests.State;

public abstract partial class StateStoreContract
{
    [Fact]
    public async Task Commit_SeveralKeys_AllStandAtOneRevision()
    {
        var before = await PutAsync("gone");

        var revision = await CommittedAsync(new StateTransaction { Puts = [Put("a", "1"), Put("b", "2")], Deletes = [Key("gone")] });

        Assert.Equal(before + 1, revision);
        var list = await Store.ListAsync(Prefix, 0, Stop);
        Assert.Equal([Key("a"), Key("b")], list.Entries.Select(entry => entry.Key));
        Assert.All(list.Entries, entry => Assert.Equal((revision, revision, 1, 0), (entry.CreateRevision, entry.ModRevision, entry.Version, entry.LeaseId)));
    }

    [Fact]
    public async Task Commit_GuardFails_NothingIsAppliedAndNoRevisionAdded()
    {
        var first = await PutAsync("a", "1");

        var result = await Store.CommitAsync(new StateTransaction
        {
            Guards = [Modified("a", first), Modified("b", first)],
            Puts = [Put("a", "2")],
            Deletes = [Key("a2")],
        }, Stop);

        Assert.Equal(new CommitResult.GuardFailed(first), result);
        Assert.Equal("1", await ReadAsync("a"));
        Assert.Equal(first + 1, await PutAsync("c"));
    }

    [Fact]
    public async Task Commit_Guards_HoldAsTheirKeysStand()
    {
        var created = await PutAsync("a", "1");
        var modified = await PutAsync("a", "2");

        Assert.True(await HoldsAsync(Modified("a", modified)));
        Assert.False(await HoldsAsync(Modified("a", created)));
        Assert.False(await HoldsAsync(Modified("a", 0)));
        Assert.True(await HoldsAsync(Created("a", created)));
        Assert.False(await HoldsAsync(Created("a", modified)));
        Assert.False(await HoldsAsync(Created("a", 0)));
        Assert.True(await HoldsAsync(Modified("absent", 0)));
        Assert.True(await HoldsAsync(Created("absent", 0)));
        Assert.False(await HoldsAsync(Modified("absent", created)));
        Assert.False(await HoldsAsync(Created("absent", created)));
    }

    [Fact]
    public async Task Commit_GuardsAlone_AddNoRevision()
    {
        var first = await PutAsync("a");
        Assert.Equal(first, await CommittedAsync(new StateTransaction { Guards = [Modified("a", first)] }));
        Assert.Equal(first + 1, await PutAsync("b"));
    }

    [Fact]
    public async Task Commit_IdenticalPut_AddsARevision()
    {
        var first = await PutAsync("a", "same");
        var second = await PutAsync("a", "same");

        var entry = await Store.GetAsync(Key("a"), Stop);

        Assert.Equal(first + 1, second);
        Assert.Equal((first, second, 2), (entry!.CreateRevision, entry.ModRevision, entry.Version));
    }

    [Fact]
    public async Task Commit_DeleteOfAbsentAlone_AddsNoRevision()
    {
        var first = await PutAsync("a");
        Assert.Equal(first, await DeleteAsync("absent"));
        Assert.Equal(first + 1, await PutAsync("b"));
    }

    [Fact]
    public async Task Commit_DeleteThenPut_CreateRevisionStartsAnew()
    {
        var first = await PutAsync("a");
        await DeleteAsync("a");
        var again = await PutAsync("a");

        var entry = await Store.GetAsync(Key("a"), Stop);

        Assert.Equal(first + 2, again);
        Assert.Equal((again, again, 1), (entry!.CreateRevision, entry.ModRevision, entry.Version));
        Assert.False(await HoldsAsync(Created("a", first)));
    }

    [Fact]
    public async Task Commit_KeyWrittenTwice_Throws()
    {
        await Assert.ThrowsAsync<InvalidTransactionException>(() => Store.CommitAsync(new StateTransaction { Puts = [Put("a"), Put("a")] }, Stop));
        await Assert.ThrowsAsync<InvalidTransactionException>(() => Store.CommitAsync(new StateTransaction { Puts = [Put("a")], Deletes = [Key("a")] }, Stop));
        await Assert.ThrowsAsync<InvalidTransactionException>(() => Store.CommitAsync(new StateTransaction { Deletes = [Key("a"), Key("a")] }, Stop));
        Assert.Null(await ReadAsync("a"));
    }

    [Fact]
    public async Task Commit_AtTheLimits_StandsAndOverThemThrows()
    {
        var names = Enumerable.Range(0, 129).Select(n => $"{n:000}").ToArray();
        await CommittedAsync(new StateTransaction { Guards = [.. names.Take(128).Select(name => Modified(name, 0))], Puts = [.. names.Take(128).Select(name => Put(name))] });
        await CommittedAsync(new StateTransaction { Puts = [.. names.Take(64).Select(name => Put(name))], Deletes = [.. names.Skip(64).Take(64).Select(Key)] });
        await CommittedAsync(new StateTransaction { Puts = [Put("large", new string('x', StateLimits.Bytes - Key("large").Length - 16))] });

        await Assert.ThrowsAsync<InvalidTransactionException>(() => Store.CommitAsync(new StateTransaction { Puts = [.. names.Select(name => Put(name))] }, Stop));
        await Assert.ThrowsAsync<InvalidTransactionException>(() => Store.CommitAsync(new StateTransaction { Guards = [.. names.Select(name => Modified(name, 0))] }, Stop));
        await Assert.ThrowsAsync<InvalidTransactionException>(() => Store.CommitAsync(new StateTransaction { Puts = [Put("large", new string('x', StateLimits.Bytes))] }, Stop));
    }

    [Fact]
    public async Task Commit_128LargePuts_StandAtTheLimit()
    {
        var each = (StateLimits.Bytes / 128) - Key("000").Length - 16;
        await CommittedAsync(new StateTransaction { Puts = [.. Enumerable.Range(0, 128).Select(n => Put($"{n:000}", new string('x', each)))] });
        Assert.Equal(128, (await Store.ListAsync(Prefix, 0, Stop)).Entries.Length);
    }

    [Fact]
    public async Task Commit_ConcurrentGuardedCounts_LoseNone()
    {
        await PutAsync("counter", "0");

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var done = 0; done < 25;)
            {
                var entry = (await Store.GetAsync(Key("counter"), Stop))!;
                var next = int.Parse(Encoding.UTF8.GetString(entry.Value.Span), CultureInfo.InvariantCulture) + 1;
                var result = await Store.CommitAsync(new StateTransaction
                {
                    Guards = [Modified("counter", entry.ModRevision)],
                    Puts = [Put("counter", next.ToString(CultureInfo.InvariantCulture))],
                }, Stop);
                done += result is CommitResult.Committed ? 1 : 0;
            }
        }, Stop)));

        Assert.Equal("200", await ReadAsync("counter"));
        Assert.Equal(201, (await Store.GetAsync(Key("counter"), Stop))!.Version);
    }

    [Fact]
    public async Task Commit_CancelledBefore_ThrowsAndNothingIsApplied()
    {
        await PutAsync("a", "1");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.CommitAsync(new StateTransaction { Puts = [Put("a", "2")] }, new CancellationToken(true)));
        Assert.Equal("1", await ReadAsync("a"));
    }

    private async Task<bool> HoldsAsync(StateGuard guard) =>
        await Store.CommitAsync(new StateTransaction { Guards = [guard] }, Stop) is CommitResult.Committed;
}

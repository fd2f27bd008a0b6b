using System.Text;
using Ccm.Engine.State;

namespace Ccm.Tests.State;

public abstract partial class StateStoreContract
{
    [Fact]
    public async Task Get_Absent_IsNull()
    {
        Assert.Null(await Store.GetAsync(Key("absent"), Stop));
        await PutAsync("a");
        await DeleteAsync("a");
        Assert.Null(await Store.GetAsync(Key("a"), Stop));
    }

    [Fact]
    public async Task Get_ValueOfAnyBytes_ComesBackUnchanged()
    {
        byte[] value = [0, 255, 10, 128, 0];
        await CommittedAsync(new StateTransaction { Puts = [new StatePut(Key("a"), value), new StatePut(Key("empty"), Array.Empty<byte>())] });

        Assert.Equal(value, (await Store.GetAsync(Key("a"), Stop))!.Value.ToArray());
        Assert.Equal(0, (await Store.GetAsync(Key("empty"), Stop))!.Value.Length);
    }

    [Fact]
    public async Task List_Prefix_HasItsKeysAloneInOrder()
    {
        foreach (var name in (string[])["d/b", "d/a", "d", "d0", "c/z", "d/é", "d/a/b"])
            await PutAsync(name);

        var list = await Store.ListAsync(Key("d/"), 0, Stop);

        Assert.Equal(["d/a", "d/a/b", "d/b", "d/é"], list.Entries.Select(entry => entry.Key[Prefix.Length..]));
    }

    [Fact]
    public async Task List_Nothing_HasTheNewestRevision()
    {
        var revision = await PutAsync("a");
        var list = await Store.ListAsync(Key("absent/"), 0, Stop);
        Assert.Equal(revision, list.Revision);
        Assert.Empty(list.Entries);
    }

    [Fact]
    public async Task List_EarlierRevision_IsAsItWasThen()
    {
        await PutAsync("gone", "1");
        var then = await PutAsync("changed", "1");
        await PutAsync("changed", "2");
        await DeleteAsync("gone");
        await PutAsync("new", "1");

        var list = await Store.ListAsync(Prefix, then, Stop);

        Assert.Equal(then, list.Revision);
        Assert.Equal([("changed", "1"), ("gone", "1")], list.Entries.Select(entry => (entry.Key[Prefix.Length..], Encoding.UTF8.GetString(entry.Value.Span))));
    }

    [Fact]
    public async Task List_ManyPagesWhileWritten_IsOfOneRevision()
    {
        const int Count = 2_600;
        for (var from = 0; from < Count; from += 100)
            await CommittedAsync(new StateTransaction { Puts = [.. Enumerable.Range(from, 100).Select(n => Put($"{n:0000}", "0"))] });
        await CommittedAsync(new StateTransaction { Puts = [Put("0000", "0"), Put($"{Count - 1:0000}", "0")] });
        using var enough = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            // First and last key always change together.
            for (var n = 1; !enough.IsCancellationRequested; n++)
                await CommittedAsync(new StateTransaction { Puts = [Put("0000", $"{n}"), Put($"{Count - 1:0000}", $"{n}")] });
        }, Stop);

        var lists = new List<StateList>();
        for (var n = 0; n < 20; n++)
            lists.Add(await Store.ListAsync(Prefix, 0, Stop));
        await enough.CancelAsync();
        await writing;

        Assert.All(lists, list =>
        {
            Assert.Equal(Enumerable.Range(0, Count).Select(n => Key($"{n:0000}")), list.Entries.Select(entry => entry.Key));
            Assert.Equal(list.Entries[0].ModRevision, list.Entries[^1].ModRevision);
            Assert.All(list.Entries, entry => Assert.True(entry.ModRevision <= list.Revision));
        });
        Assert.True(lists[^1].Revision > lists[0].Revision);
    }

    [Fact]
    public async Task List_MoreThanOneAnswerTakes_IsComplete()
    {
        const int Megabyte = 1_000_000;
        for (var n = 0; n < 70; n++)
            await PutAsync($"{n:00}", new string((char)('a' + (n % 26)), Megabyte));

        var list = await Store.ListAsync(Prefix, 0, Stop);

        Assert.Equal(70, list.Entries.Length);
        Assert.All(list.Entries.Select((entry, n) => (entry, n)), pair =>
        {
            Assert.Equal(Megabyte, pair.entry.Value.Length);
            Assert.Equal((byte)('a' + (pair.n % 26)), pair.entry.Value.Span[^1]);
        });
        for (var n = 0; n < 70; n++)
            await DeleteAsync($"{n:00}");
        await Store.CompactAsync((await Store.GetStatusAsync(Stop)).Revision, Stop);
    }

    [Fact]
    public async Task List_CompactedRevision_ThrowsAndTheOneCompactedToDoesNot()
    {
        var first = await PutAsync("a", "1");
        var second = await PutAsync("a", "2");
        await PutAsync("a", "3");
        await Store.CompactAsync(second, Stop);

        var gone = await Assert.ThrowsAsync<StateCompactedException>(() => Store.ListAsync(Prefix, first, Stop));

        Assert.Equal(second, gone.CompactedRevision);
        Assert.Equal(second, Assert.Single((await Store.ListAsync(Prefix, second, Stop)).Entries).ModRevision);
        Assert.Equal("3", await ReadAsync("a"));
    }

    [Fact]
    public async Task List_FutureRevision_Throws()
    {
        var revision = await PutAsync("a");
        await Assert.ThrowsAsync<StateFutureRevisionException>(() => Store.ListAsync(Prefix, revision + 1, Stop));
    }

    [Fact]
    public async Task Compact_TwiceOrAhead_Throws()
    {
        await PutAsync("a", "1");
        var revision = await PutAsync("a", "2");
        await Store.CompactAsync(revision, Stop);

        var again = await Assert.ThrowsAsync<StateCompactedException>(() => Store.CompactAsync(revision, Stop));
        await Assert.ThrowsAsync<StateFutureRevisionException>(() => Store.CompactAsync(revision + 1, Stop));

        Assert.Equal(revision, again.CompactedRevision);
    }

    [Fact]
    public async Task Compact_EverythingThatStands_Stays()
    {
        var first = await PutAsync("old");
        await PutAsync("twice", "1");
        await PutAsync("gone");
        var last = await CommittedAsync(new StateTransaction { Puts = [Put("twice", "2")], Deletes = [Key("gone")] });

        await Store.CompactAsync(last, Stop);

        var list = await Store.ListAsync(Prefix, 0, Stop);
        Assert.Equal([("old", first, 1L), ("twice", last, 2L)], list.Entries.Select(entry => (entry.Key[Prefix.Length..], entry.ModRevision, entry.Version)));
    }

    [Fact]
    public async Task GetStatus_AfterCompaction_TellsRevisionAndHistory()
    {
        var first = await PutAsync("a");
        await Store.CompactAsync(first, Stop);
        var last = await PutAsync("a");

        var status = await Store.GetStatusAsync(Stop);

        Assert.Equal((last, first), (status.Revision, status.CompactedRevision));
        Assert.True(status.SizeBytes > 0);
        Assert.Empty(status.Alarms);
        Assert.NotEmpty(status.Version);
    }
}

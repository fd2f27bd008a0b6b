using Ccm.Engine.Embedded;
using Ccm.Engine.State;
using Ccm.Engine.State.Embedded;
using Microsoft.Data.Sqlite;

namespace Ccm.Tests.State;

/// <summary>The contract on SQLite, and what is SQLite's own: restarts.</summary>
public sealed class SqliteStateStoreTests : StateStoreContract
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ccm-state-");
    private EmbeddedDatabase? _database;

    private protected override Task<IStateStore> OpenAsync(TimeProvider time)
    {
        _database?.Dispose();
        _database = EmbeddedDatabase.Open(_folder.FullName);
        return Task.FromResult<IStateStore>(new SqliteStateStore(_database, time));
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _database?.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Reopen_AfterCommits_HasKeysRevisionsAndHistory()
    {
        var first = await PutAsync("a", "1");
        var second = await PutAsync("a", "2");
        var third = await DeleteAsync("a");
        await PutAsync("b");

        await ReopenAsync(TimeProvider.System);

        Assert.Equal(third + 2, await PutAsync("c"));
        Assert.Null(await ReadAsync("a"));
        Assert.Single((await Store.ListAsync(Prefix, second, Stop)).Entries);
        Assert.Equal([first, second, third], (await WatchedAsync(first, 3)).Select(batch => batch.Revision));
    }

    [Fact]
    public async Task Reopen_AfterCompaction_RemembersIt()
    {
        var first = await PutAsync("a", "1");
        var second = await PutAsync("a", "2");
        await Store.CompactAsync(second, Stop);

        await ReopenAsync(TimeProvider.System);

        var gone = await Assert.ThrowsAsync<StateCompactedException>(() => Store.ListAsync(Prefix, first, Stop));
        Assert.Equal(second, gone.CompactedRevision);
    }

    [Fact]
    public async Task Reopen_WithLeasedKeys_TheyAreGoneInARevisionOfTheirOwn()
    {
        var lease = await Store.GrantLeaseAsync(TimeSpan.FromSeconds(60), Stop);
        await PutAsync("leased", lease: lease.Id);
        var last = await PutAsync("kept");

        await ReopenAsync(TimeProvider.System);

        Assert.Null(await ReadAsync("leased"));
        Assert.Equal("x", await ReadAsync("kept"));
        Assert.Equal(last + 1, (await Store.GetStatusAsync(Stop)).Revision);
    }

    [Fact]
    public async Task Watch_StoreClosed_ThrowsUnavailable()
    {
        var watching = WatchedAsync(await PutAsync("a"), 2);

        await Store.DisposeAsync();

        await Assert.ThrowsAsync<StateStoreUnavailableException>(() => watching);
    }

    [Fact]
    public async Task Read_FileCannotBeOpened_ThrowsUnavailable()
    {
        var revision = await PutAsync("a");
        var elsewhere = _folder.FullName + "-elsewhere";
        SqliteConnection.ClearPool(new SqliteConnection(_database!.ConnectionString));
        Directory.Move(_folder.FullName, elsewhere);
        try
        {
            await Assert.ThrowsAsync<StateStoreUnavailableException>(() => ReadAsync("a"));
            await Assert.ThrowsAsync<StateStoreUnavailableException>(() => Store.ListAsync(Prefix, 0, Stop));
            await Assert.ThrowsAsync<StateStoreUnavailableException>(() => WatchedAsync(revision, 1));
            await Assert.ThrowsAsync<StateStoreUnavailableException>(() => Store.GetStatusAsync(Stop));
        }
        finally
        {
            Directory.Move(elsewhere, _folder.FullName);
        }
        Assert.Equal("x", await ReadAsync("a"));
    }

    [Fact]
    public void Open_SecondTime_IsRefusedNamingTheSetting()
    {
        var refused = Assert.Throws<InvalidOperationException>(() => EmbeddedDatabase.Open(_folder.FullName));
        Assert.Contains("Ccm:DataDirectory", refused.Message, StringComparison.Ordinal);
    }
}

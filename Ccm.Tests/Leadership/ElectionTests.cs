using Ccm.Engine.Embedded;
using Ccm.Engine.State;
using Ccm.Engine.State.Embedded;
using Ccm.Engine.State.Etcd;
using Ccm.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccm.Tests.Leadership;

/// <summary>Several replicas, each with its own connection to one etcd.</summary>
public sealed class EtcdElectionTests : ElectionContract, IAsyncLifetime
{
    private readonly List<IStateStore> _stores = [];
    private EtcdServer? _server;

    public async ValueTask InitializeAsync() => _server = await EtcdServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores)
            await store.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
    }

    [Fact]
    public async Task Run_StoreGone_NobodyLeads()
    {
        await using var first = await Candidate.StartAsync("first", await OpenAsync(TimeProvider.System), new Leaders());
        var term = await first.LeadsAsync();

        await _server!.KillAsync();

        Assert.Same(term, await first.EndedAsync());
        Assert.True(term.Lease.Lost.IsCancellationRequested);
        await _server.RestartAsync();
        Assert.NotEqual(term.Fence, (await first.LeadsAsync()).Fence);
    }

    private protected override Task<IStateStore> OpenAsync(TimeProvider time)
    {
        var store = new EtcdStateStore(_server!.Endpoint, time, NullLogger<EtcdStateStore>.Instance);
        _stores.Add(store);
        return Task.FromResult<IStateStore>(store);
    }
}

/// <summary>Several candidates in the one process that can hold the file.</summary>
public sealed class SqliteElectionTests : ElectionContract, IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ccm-election-");
    private EmbeddedDatabase? _database;
    private SqliteStateStore? _store;

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
            await _store.DisposeAsync();
        _database?.Dispose();
        _folder.Delete(recursive: true);
    }

    private protected override Task<IStateStore> OpenAsync(TimeProvider time)
    {
        _database ??= EmbeddedDatabase.Open(_folder.FullName);
        return Task.FromResult<IStateStore>(_store ??= new SqliteStateStore(_database, time));
    }
}

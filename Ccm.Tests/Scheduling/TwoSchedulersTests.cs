using Ccm.Engine.Embedded;
using Ccm.Engine.State;
using Ccm.Engine.State.Embedded;
using Ccm.Engine.State.Etcd;
using Ccm.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccm.Tests.Scheduling;

/// <summary>Each scheduler with its own connection to one etcd.</summary>
public sealed class EtcdTwoSchedulersTests : TwoSchedulersContract
{
    private readonly List<IStateStore> _stores = [];
    private EtcdServer? _server;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var store in _stores)
            await store.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
    }

    private protected override async Task<IStateStore> OpenAsync()
    {
        _server ??= await EtcdServer.StartAsync();
        var store = new EtcdStateStore(_server.Endpoint, TimeProvider.System, NullLogger<EtcdStateStore>.Instance);
        _stores.Add(store);
        return store;
    }
}

/// <summary>Both in the one process that can hold the file.</summary>
public sealed class SqliteTwoSchedulersTests : TwoSchedulersContract
{
    private readonly TemporaryDirectory _state = new();
    private EmbeddedDatabase? _database;
    private SqliteStateStore? _store;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_store is not null)
            await _store.DisposeAsync();
        _database?.Dispose();
        _state.Dispose();
    }

    private protected override Task<IStateStore> OpenAsync()
    {
        _database ??= EmbeddedDatabase.Open(_state.Path);
        return Task.FromResult<IStateStore>(_store ??= new SqliteStateStore(_database, TimeProvider.System));
    }
}

using System.Collections.Concurrent;
using Ccm.Tests.Servers;
using MongoDB.Driver;

[assembly: AssemblyFixture(typeof(SharedMongo))]

namespace Ccm.Tests.Servers;

/// <summary>
/// One MongoDB-compatible server for all tests of a run, each with a database of its own; started when the first asks. Tests that end
/// their server start one with <see cref="MongoServer.StartAsync"/>.
/// </summary>
public sealed class SharedMongo : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly ConcurrentBag<string> _databases = [];
    private Task<MongoServer>? _server;

    /// <summary>Skips the calling test when none can be had.</summary>
    public Task<MongoServer> GetAsync()
    {
        lock (_lock)
            return _server ??= MongoServer.ObtainAsync();
    }

    /// <summary>
    /// As <c>ConnectionStrings:mongodb</c> takes it, with the name of a database that is new and goes with the run. Skips the calling test
    /// when no server can be had.
    /// </summary>
    public async Task<string> NewDatabaseAsync()
    {
        var name = $"ccm-test-{Guid.NewGuid():N}";
        _databases.Add(name);
        return new MongoUrlBuilder((await GetAsync()).ConnectionString) { DatabaseName = name }.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not { IsCompletedSuccessfully: true })
            return;
        await using var server = await _server;
        using var client = new MongoClient(server.ConnectionString);
        foreach (var name in _databases)
            await client.DropDatabaseAsync(name);
    }
}

using System.Diagnostics;

namespace Ccm.Tests.Servers;

/// <summary>
/// A MongoDB on loopback with data of its own: <c>mongod</c> from PATH, else one in Docker, else the compatible engine from Debian; or the
/// server that <c>CCM_TEST_MONGODB</c> names, which is neither started nor ended here.
/// </summary>
public sealed class MongoServer : IAsyncDisposable
{
    private const string HowToGetOne =
        "NO MONGODB: its tests are skipped. Run eng/get-documentdb.sh as root on Debian, put mongod on PATH, or name a running one in CCM_TEST_MONGODB=mongodb://host:port.";

    private static int _warned;
    private readonly IOwnServer? _own;

    private MongoServer(string connectionString, IOwnServer? own)
    {
        ConnectionString = connectionString;
        _own = own;
    }

    /// <summary>As <c>ConnectionStrings:mongodb</c> takes it, without a database.</summary>
    public string ConnectionString { get; }

    /// <summary>The given server, else one of the caller's own. Skips the calling test when neither can be had.</summary>
    public static async Task<MongoServer> ObtainAsync() =>
        Environment.GetEnvironmentVariable("CCM_TEST_MONGODB") is { Length: > 0 } given ? new MongoServer(given, null) : await StartAsync();

    /// <summary>A server of the caller's own, empty, which it may end and start again. Skips the calling test when none can be had.</summary>
    public static async Task<MongoServer> StartAsync()
    {
        IOwnServer? own = await MongodProcess.TryStartAsync();
        own ??= await Container.TryStartAsync("mongo:8.0", 27017, "Waiting for connections", ["mongod", .. MongodProcess.Options]);
        own ??= await GatewayMongo.TryStartAsync();
        if (own is null)
        {
            if (Interlocked.Exchange(ref _warned, 1) == 0)
                await Console.Error.WriteLineAsync(HowToGetOne);
            Assert.Skip(HowToGetOne);
            throw new UnreachableException();
        }
        return new MongoServer($"mongodb://127.0.0.1:{own.Port}/?directConnection=true&retryWrites=false", own);
    }

    /// <summary>Ends it without warning: connections break, new ones are refused. What it acknowledged is kept.</summary>
    public Task KillAsync() => _own!.KillAsync();

    /// <summary>Starts it again after <see cref="KillAsync"/>, with the same data and address.</summary>
    public Task RestartAsync() => _own!.RestartAsync();

    /// <summary>It answers nothing until <see cref="ResumeAsync"/>; its connections stay open.</summary>
    public Task PauseAsync() => _own!.PauseAsync();

    public Task ResumeAsync() => _own!.ResumeAsync();

    /// <summary>What TTL indexes say is deleted now, or within seconds: ask until it is gone.</summary>
    public Task ExpireAsync() => _own is GatewayMongo gateway ? gateway.ExpireAsync() : Task.CompletedTask;

    public ValueTask DisposeAsync() => _own?.DisposeAsync() ?? ValueTask.CompletedTask;
}

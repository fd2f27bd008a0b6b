using System.Diagnostics;
using Ccm.Tests.Docs;
using Ccm.Tests.Servers.MongoGateway;

namespace Ccm.Tests.Servers;

/// <summary>
/// A MongoDB-compatible server on loopback, with data of its own: Microsoft's engine behind the gateway; or the server that
/// <c>CCM_TEST_MONGODB</c> names, which is neither started nor ended here.
/// </summary>
public sealed class MongoServer : IAsyncDisposable
{
    private const string HowToGetOne =
        "NO MONGODB: its tests are skipped. Run eng/get-documentdb.sh as root on Debian, or name a running one in CCM_TEST_MONGODB=mongodb://host:port.";

    private static int _warned;
    private readonly Gateway? _gateway;

    private MongoServer(string connectionString, Gateway? gateway)
    {
        ConnectionString = connectionString;
        _gateway = gateway;
    }

    /// <summary>As <c>ConnectionStrings:mongodb</c> takes it, without a database.</summary>
    public string ConnectionString { get; }

    /// <summary>The given server, else one of the caller's own. Skips the calling test when neither can be had.</summary>
    public static async Task<MongoServer> ObtainAsync() =>
        Environment.GetEnvironmentVariable("CCM_TEST_MONGODB") is { Length: > 0 } given ? new MongoServer(given, null) : await StartAsync();

    /// <summary>A server of the caller's own, empty, which it may end and start again. Skips the calling test when none can be had.</summary>
    public static async Task<MongoServer> StartAsync()
    {
        if (FindRoot() is not { } root)
        {
            if (Interlocked.Exchange(ref _warned, 1) == 0)
                await Console.Error.WriteLineAsync(HowToGetOne);
            Assert.Skip(HowToGetOne);
            throw new UnreachableException();
        }
        var gateway = await Gateway.StartAsync(Path.Combine(Repository.Root, "eng", "run-documentdb.sh"), root);
        return new MongoServer(gateway.ConnectionString, gateway);
    }

    /// <summary>Ends it without warning: connections break, new ones are refused. What it acknowledged is kept.</summary>
    public Task KillAsync() => _gateway!.StopAsync();

    /// <summary>Starts it again after <see cref="KillAsync"/>, with the same data and address.</summary>
    public Task RestartAsync()
    {
        _gateway!.Start();
        return Task.CompletedTask;
    }

    /// <summary>It answers nothing until <see cref="Resume"/>; its connections stay open.</summary>
    public void Pause() => _gateway!.Pause();

    public void Resume() => _gateway!.Resume();

    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null)
            await _gateway.DisposeAsync();
    }

    private static string? FindRoot()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var cache = Environment.GetEnvironmentVariable("CCM_TEST_CACHE") is { Length: > 0 } given ? given : Path.Combine(home, ".cache", "ccm");
        var root = Path.Combine(cache, "documentdb");
        return Environment.IsPrivilegedProcess && File.Exists(Path.Combine(root, "var", "lib", "ccm", "template", "PG_VERSION")) ? root : null;
    }
}

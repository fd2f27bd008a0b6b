using Ccm.Tests.Docs;
using Ccm.Tests.Servers.MongoGateway;

namespace Ccm.Tests.Servers;

/// <summary>Microsoft's MongoDB-compatible engine behind the gateway.</summary>
internal sealed class GatewayMongo : IOwnServer
{
    private readonly Gateway _gateway;

    private GatewayMongo(Gateway gateway) => _gateway = gateway;

    public int Port => _gateway.Port;

    /// <summary>Null where <c>eng/get-documentdb.sh</c> has not been run, or this process may not use what it made.</summary>
    public static async Task<GatewayMongo?> TryStartAsync()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var cache = Environment.GetEnvironmentVariable("CCM_TEST_CACHE") is { Length: > 0 } given ? given : Path.Combine(home, ".cache", "ccm");
        var root = Path.Combine(cache, "documentdb");
        if (!Environment.IsPrivilegedProcess || !File.Exists(Path.Combine(root, "var", "lib", "ccm", "template", "PG_VERSION")))
            return null;
        return new GatewayMongo(await Gateway.StartAsync(Path.Combine(Repository.Root, "eng", "run-documentdb.sh"), root));
    }

    public Task KillAsync() => _gateway.StopAsync();

    public Task RestartAsync()
    {
        _gateway.Start();
        return Task.CompletedTask;
    }

    public Task PauseAsync()
    {
        _gateway.Pause();
        return Task.CompletedTask;
    }

    public Task ResumeAsync()
    {
        _gateway.Resume();
        return Task.CompletedTask;
    }

    public Task ExpireAsync() => _gateway.ExpireAsync();

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();
}

using System.Globalization;
using System.Text.Json;
using Ccm.Engine.Documents.MongoDb;
using Ccm.Engine.State;
using Ccm.Engine.State.Etcd;
using Ccm.Tests.Servers.MongoGateway;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccm.Bench.Servers;

/// <summary>Two portals side by side on one etcd and one MongoDB, as an operator would run them; nothing on disk is shared.</summary>
internal sealed class Replicas : IAsyncDisposable
{
    private readonly TemporaryFolder[] _folders = [new(), new()];
    private readonly List<PortalProcess> _portals = [];
    private readonly MongoDocuments _documents;

    private Replicas(EtcdProcess etcd, Gateway documents)
    {
        Etcd = etcd;
        Documents = documents;
        _documents = new MongoDocuments(documents.ConnectionString, auditDays: 183, TimeProvider.System);
        State = new EtcdStateStore(etcd.Endpoint, TimeProvider.System, NullLogger<EtcdStateStore>.Instance);
    }

    public EtcdProcess Etcd { get; }

    public Gateway Documents { get; }

    /// <summary>The bench's own connection to etcd.</summary>
    public EtcdStateStore State { get; }

    public IReadOnlyList<PortalProcess> Portals => _portals;

    /// <param name="settings">Of both.</param>
    public static async Task<Replicas> StartAsync(params string[] settings)
    {
        var replicas = new Replicas(await EtcdProcess.StartAsync(), await MongoServer.StartAsync());
        foreach (var folder in replicas._folders)
        {
            var portal = await PortalProcess.StartAsync(folder.Path, [
                $"--ConnectionStrings:etcd={replicas.Etcd.Endpoint}", $"--ConnectionStrings:mongodb={replicas.Documents.ConnectionString}",
                $"--Ccm:ReplicaId={replicas._portals.Count.ToString(CultureInfo.InvariantCulture)}", .. settings]);
            replicas._portals.Add(portal);
            await portal.SignInAsync();
        }
        return replicas;
    }

    /// <summary>Which of them leads the scheduler, and the other.</summary>
    public async Task<(PortalProcess Leader, PortalProcess Standby)> RolesAsync()
    {
        var entry = await State.GetAsync(StateKeys.SchedulerLeader, CancellationToken.None) ?? throw new BenchException("Nobody leads the scheduler.");
        using var value = JsonDocument.Parse(entry.Value);
        var leader = int.Parse(value.RootElement.GetProperty("replicaId").GetString()!, CultureInfo.InvariantCulture);
        return (_portals[leader], _portals[1 - leader]);
    }

    /// <summary>The audit trail as the product reads it.</summary>
    public MongoAuditTrail OpenTrail() => new(_documents);

    public async ValueTask DisposeAsync()
    {
        foreach (var portal in _portals)
            await portal.DisposeAsync();
        _documents.Dispose();
        await State.DisposeAsync();
        await Documents.DisposeAsync();
        await Etcd.DisposeAsync();
        foreach (var folder in _folders)
            folder.Dispose();
    }
}

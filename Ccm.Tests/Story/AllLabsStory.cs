using System.Text.RegularExpressions;
using Ccm.Engine.Auditing;
using Ccm.Engine.Control;
using Ccm.Engine.Documents;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Tests.Faults.Checking;
using Ccm.Tests.Labs;
using Ccm.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;

namespace Ccm.Tests.Story;

/// <summary>Every public lab file is published, reserved, run on workers that the engine starts, and given back to the last port.</summary>
public sealed partial class AllLabsStory(SharedMongo mongo)
{
    private static readonly Dictionary<string, string?> Fast = new() { ["Ccm:Simulator:Speed"] = "6000", ["Ccm:Leadership:LeaseTtl"] = "00:00:05" };

    [Fact]
    public async Task AllLabs_OnSqlite_RunAndGiveEverythingBack()
    {
        using var directory = new TemporaryDirectory();
        await using var engine = await EngineHost.StartAsync(directory.Path, Fast, TestContext.Current.CancellationToken);
        await RunAsync(engine, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task AllLabs_OnEtcd_RunAndGiveEverythingBack()
    {
        await using var etcd = await EtcdServer.StartAsync();
        using var directory = new TemporaryDirectory();
        await using var engine = await EngineHost.StartAsync(directory.Path, Fast.Append(new("ConnectionStrings:etcd", etcd.Endpoint)), TestContext.Current.CancellationToken);
        await RunAsync(engine, TestContext.Current.CancellationToken);
    }

    /// <summary>As in production; the data directory cannot be, so that nothing opens one.</summary>
    [Fact]
    public async Task AllLabs_OnEtcdAndMongoDb_RunAndGiveEverythingBack()
    {
        await using var etcd = await EtcdServer.StartAsync();
        var settings = Fast.Append(new("ConnectionStrings:etcd", etcd.Endpoint)).Append(new("ConnectionStrings:mongodb", await mongo.NewDatabaseAsync()));
        await using var engine = await EngineHost.StartAsync("/proc/none", settings, TestContext.Current.CancellationToken);
        await RunAsync(engine, TestContext.Current.CancellationToken);
    }

    private static async Task RunAsync(EngineHost engine, CancellationToken cancellationToken)
    {
        await engine.UntilAsync(snapshot => snapshot.Templates.Count == 3, cancellationToken);
        var reserved = new List<string>();
        foreach (var (file, n) in PublicLabs.Names().Select((row, n) => (row.Data, n)))
        {
            var yaml = PublicLabs.Read(file);
            var definition = await engine.Control.PublishAsync(EngineHost.Admin, Operation.New(), new PublishRequest { Name = $"lab-{n}", Version = "1.0.0", LabYaml = yaml }, cancellationToken);
            Assert.Equal(NodeDefinitionLine().Count(yaml), definition.NodeCount);
            if (definition.NodeCount > 0)
                reserved.Add((await engine.Control.ReserveAsync(EngineHost.Admin, Operation.New(), new ReserveRequest(definition.Name), cancellationToken)).Id);
        }
        var running = await engine.UntilAsync(snapshot => All(snapshot, reserved, InstanceState.Running), cancellationToken);
        Assert.Empty(PlaceRules.Books(running));
        foreach (var entry in reserved.Select(id => running.Instances[id]))
        {
            Assert.Equal(entry.Value.Request.PortNames.Order(StringComparer.Ordinal), entry.Value.Ports.Keys.Order(StringComparer.Ordinal));
            if (entry.Value.Request.Nodes > 20)
                Assert.Equal(LicenseType.Enterprise, running.Workers[entry.WorkerId!].Value.LicenseType);
        }
        Assert.Contains(reserved, id => running.Instances[id].Value.Request.Nodes == 302);

        foreach (var id in reserved)
            await engine.Control.CancelInstanceAsync(EngineHost.Admin, Operation.New(), id, cancellationToken);
        var over = await engine.UntilAsync(snapshot => All(snapshot, reserved, InstanceState.Terminated) && snapshot.Outbox.IsEmpty, cancellationToken);
        Assert.Empty(PlaceRules.Books(over));
        Assert.NotEmpty(over.Workers);
        Assert.All(over.Workers.Values, worker => Assert.True(worker.IsEmpty, worker.Id));
        Assert.All(reserved, id => Assert.Equal(Outcome.Cancelled, over.Instances[id].Value.Outcome));
        await AssertAuditAsync(engine, reserved, cancellationToken);
    }

    /// <summary>The chain is whole, and each instance's walk stands in it once.</summary>
    internal static async Task AssertAuditAsync(EngineHost engine, List<string> instances, CancellationToken cancellationToken)
    {
        var trail = engine.Services.GetRequiredService<IAuditTrail>();
        var events = await trail.ReadChainAsync(1, int.MaxValue, cancellationToken);
        Assert.Null(AuditChain.Verify(null, events));
        Assert.Equal(1, events[0].Sequence);
        foreach (var id in instances)
        {
            var types = events.Where(e => e.Subject == Subjects.Instance(id)).Select(e => e.Type).ToList();
            foreach (var state in new[] { InstanceState.Pending, InstanceState.Scheduled, InstanceState.Running, InstanceState.Archived, InstanceState.Terminated })
                Assert.Single(types, EventTypes.Of(state));
        }
    }

    private static bool All(FleetSnapshot snapshot, List<string> ids, InstanceState state) =>
        ids.All(id => snapshot.Instances.TryGetValue(id, out var entry) && entry.Value.State == state);

    /// <summary>Counts nodes without reading YAML: each has one such line.</summary>
    [GeneratedRegex(@"^ {2,6}(- )?node_definition:", RegexOptions.Multiline)]
    private static partial Regex NodeDefinitionLine();
}

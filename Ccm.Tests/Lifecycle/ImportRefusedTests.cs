using Ccm.Engine.Control;
using Ccm.Tests.Story;

namespace Ccm.Tests.Lifecycle;

/// <summary>A lab that no host could take must not hold its place for ever.</summary>
public sealed class ImportRefusedTests
{
    private static readonly KeyValuePair<string, string?>[] Fast = [new("Ccm:Simulator:Speed", "20000")];

    /// <summary>Just under the limit as it was given, just over it once its ports are numbers.</summary>
    private static string Growing()
    {
        const string Lab = "lab: {title: a}\nnodes:\n  - {id: n0, label: a, node_definition: iosv, tags: ['serial:1']}\nlinks: []\n# ";
        return Lab + new string('x', (2 * 1024 * 1024) - Lab.Length);
    }

    [Fact]
    public async Task Instance_LabThatGrowsOverTheLimit_CountsAsAFailedAttempt()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var directory = new TemporaryDirectory();
        await using var engine = await EngineHost.StartAsync(directory.Path, Fast, cancellation);
        await engine.Control.PublishAsync(EngineHost.Admin, Operation.New(), new PublishRequest { Name = "growing", Version = "1.0.0", LabYaml = Growing() }, cancellation);
        var id = (await engine.Control.ReserveAsync(EngineHost.Admin, Operation.New(), new ReserveRequest("growing"), cancellation)).Id;

        var snapshot = await engine.UntilAsync(fleet => fleet.Instances.GetValueOrDefault(id)?.Value.FailedAttempts == 1, cancellation);

        Assert.Contains("2 MB", snapshot.Instances[id].Value.LastTransition.Reason, StringComparison.Ordinal);
    }
}

using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Tests.Story;

namespace Ccm.Tests.Lifecycle;

/// <summary>A lab stopped before it ran holds its place no longer than its slot lasts.</summary>
public sealed class StoppedBeforeItRanTests
{
    private const string Lab = "lab: {title: a}\nnodes:\n  - {id: n0, label: a, node_definition: iosv}\nlinks: []\n";

    [Fact]
    public async Task Stop_AsSoonAsPossibleWhileInstantiating_BeginsItsSlot()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var directory = new TemporaryDirectory();
        await using var engine = await EngineHost.StartAsync(directory.Path, [new("Ccm:Simulator:Speed", "100")], cancellation);
        await engine.Control.PublishAsync(EngineHost.Admin, Operation.New(), new PublishRequest { Name = "early", Version = "1.0.0", LabYaml = Lab }, cancellation);
        var id = (await engine.Control.ReserveAsync(EngineHost.Admin, Operation.New(), new ReserveRequest("early", DurationMinutes: 30), cancellation)).Id;
        await engine.UntilAsync(fleet => fleet.Instances.GetValueOrDefault(id)?.Value.State == InstanceState.Instantiating, cancellation);

        await engine.Control.StopInstanceAsync(EngineHost.Admin, Operation.New(), id, cancellation);

        var snapshot = await engine.UntilAsync(fleet => fleet.Instances[id].Value.State == InstanceState.Stopped, cancellation);
        var stopped = snapshot.Instances[id].Value;
        // To the tick: an extension by minutes is one of whole minutes, up to the very last that the lab may have.
        Assert.Equal(stopped.TimeslotStart!.Value.AddMinutes(30), stopped.TimeslotEnd!.Value);
    }
}

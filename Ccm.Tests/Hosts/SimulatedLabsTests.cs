using Ccm.Engine.Domain;
using Ccm.Engine.Hosts;
using Ccm.Engine.Hosts.Simulated;
using Ccm.Engine.Scheduling;
using Ccm.Tests.Components;
using Ccm.Tests.Servers;
using Microsoft.Extensions.Options;

namespace Ccm.Tests.Hosts;

public sealed class SimulatedLabsTests : LabBackendContract
{
    private readonly ManualTime _time = new();
    private readonly MemoryStateStore _store = new();
    private SimulatedFleet _fleet = null!;

    public override ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _store.DisposeAsync();
    }

    protected override async Task<ILabBackend> PrepareAsync()
    {
        _fleet = new SimulatedFleet(_store, Options.Create(new SimulatorOptions { Speed = 1 }), new PlanningTimes(TimeSpan.Zero, 1), _time);
        await _fleet.CreateAsync(Worker, Cancellation);
        Settle();
        return _fleet;
    }

    protected override void Settle() => _time.Jump(TimeSpan.FromHours(1));

    protected override Task TakeAwayAsync() => _fleet.StopAsync(Worker, Cancellation);
}

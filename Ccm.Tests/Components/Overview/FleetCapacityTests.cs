using Ccm.Engine.Domain;
using Ccm.Portal.Components.Pages.Overview;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Components.Overview;

public sealed class FleetCapacityTests
{
    /// <summary>It has failed, whether it is being tried again just then or not.</summary>
    [Fact]
    public void Of_WorkerThatFailsToBootAgainAndAgain_IsWithheldAllTheTime() =>
        Assert.Equal(FleetCapacity.Of(Sample.Fleet([], [Sample.Worker("w-1", WorkerState.Failed)])), FleetCapacity.Of(Sample.Fleet([], [Sample.TriedAgain("w-1")])));

    [Fact]
    public void Of_WorkersInEachState_CountsUsedFreeWithheldAndComing()
    {
        var lab = Sample.Instance("i-1", InstanceState.Running) with { Ports = Sample.Instance().Ports.Add("r0_serial", 2000) };
        var fleet = Sample.Fleet([(lab, "w-1"), (lab with { Id = "i-2" }, "w-2")],
        [
            Sample.Worker("w-1"), Sample.Worker("w-2", WorkerState.Draining), Sample.Worker("w-3", WorkerState.Provisioning), Sample.Worker("w-4", WorkerState.Terminated),
            Sample.Worker("w-5", WorkerState.Stopped) with { Target = WorkerTarget.Stopped },
        ]);

        var rooms = FleetCapacity.Of(fleet).ToDictionary(room => room.Name);

        Assert.Equal(new RoomShare("CPU", "core", "cores", Used: 8, Free: 60, Withheld: 60, Coming: 64), rooms["CPU"]);
        Assert.Equal(new RoomShare("Nodes", "licensed", "licensed", 8, 96, 96, 100), rooms["Nodes"]);
        Assert.Equal(new RoomShare("Ports", "port", "ports", 2, 7999, 7999, 8000), rooms["Ports"]);
    }
}

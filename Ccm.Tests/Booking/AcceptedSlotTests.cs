using Ccm.Engine.Domain;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Booking;

/// <summary>Made-up fleets in which an accepted slot once began late or expired; each was found by the property test and made small.</summary>
public sealed class AcceptedSlotTests
{
    private static readonly WorkerTemplate Personal = Sample.Template("personal") with { LicenseType = LicenseType.Personal };

    /// <summary>Both were told that the one stopped worker would be ready again in time, and the second heard too late that it would not.</summary>
    [Fact]
    public void TwoDueAtOnceAndOneStoppedWorker_EachHasOneInTime() => InTime(3,
        [Sample.Template() with { MaxWorkers = 2 }],
        Booked.Slot("i-0", 1.5, 1, Booked.Half), Booked.Slot("i-1", 4, 1), Booked.Slot("i-2", 4, 1));

    /// <summary>Who would do with either worker was due first, and took the one that alone would do for the other.</summary>
    [Fact]
    public void TwoStartTogether_NoneTakesTheOnlyWorkerOfTheOther() => InTime(3,
        [Sample.Template("wide") with { CostPerHour = 1, MaxWorkers = 1 }, Personal with { MemoryGb = 64, CostPerHour = 2, MaxWorkers = 2 }],
        Booked.Slot("i-0", 2, 1, Booked.Half with { Nodes = 6 }), Booked.Slot("i-1", 2, 1, Booked.Half with { Nodes = 5, LicenseAffinity = [LicenseType.Personal] }),
        Booked.Slot("i-2", 2, 1, Booked.Whole with { Nodes = 3 }));

    /// <summary>The worker of the second was ordered first, since it takes longer to start; the first then went there and not where it was promised.</summary>
    [Fact]
    public void SlowerWorkerIsOrderedFirst_TheOtherStillGetsItsOwn() => InTime(2,
        [Sample.Template("small") with { MemoryGb = 32, CostPerHour = 1, MaxWorkers = 1, LicenseType = LicenseType.Personal }, Sample.Template("large") with { MemoryGb = 64, CostPerHour = 4, MaxWorkers = 1 }],
        Booked.Slot("i-0", 1.5, 0.5), Booked.Slot("i-1", 4, 1, Sample.Request(memory: 16)), Booked.Slot("i-2", 4, 1, Sample.Request(memory: 56) with { LicenseAffinity = [LicenseType.Enterprise] }));

    /// <summary>The second was due half a minute after the first, and its worker ordered half a minute later: too late for the first to be laid onto it, as it had been promised.</summary>
    [Fact]
    public void DueWithinAMinute_TheirWorkersAreOrderedTogether() => InTime(4,
        [Personal with { Name = "large", MemoryGb = 96, PortRange = new PortRange(2000, 2005), MaxWorkers = 1 }, Personal with { Name = "small", MemoryGb = 32, MaxWorkers = 2 }],
        Booked.Slot("i-0", 4, 0.25, Sample.Request(memory: 8, licensedNodes: 20, ports: 6)), Booked.Slot("i-1", 4, 2, Sample.Request(memory: 32, licensedNodes: 5, ports: 1)),
        Booked.Slot("i-2", 4, 1.5, Sample.Request(memory: 8, licensedNodes: 2, ports: 5)), Booked.Slot("i-3", 4.25, 1.5, Sample.Request(memory: 32, licensedNodes: 2, ports: 3)));

    private static void InTime(int accepted, WorkerTemplate[] templates, params LabletInstance[] wanted)
    {
        var fleet = FleetInTime.OfAccepted(templates, wanted);
        Assert.Equal(accepted, fleet.Labs.Count());
        fleet.AssertInTime();
    }
}

using Ccm.Engine.Booking;
using Ccm.Engine.Domain;
using Ccm.Engine.Scheduling;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Booking;

public sealed class WhatIfTests
{
    private static readonly WorkerTemplate Metal = Sample.Template() with { MaxWorkers = 3, CostPerHour = 4 };

    [Fact]
    public void WhatIf_RoomForAll_AddsNothing()
    {
        var whatIf = Booked.Forecast(Sample.Fleet([], [Sample.Worker()]), Metal).WhatIf(Booked.Half, 2, null, TimeSpan.FromHours(1));
        Assert.Equal((2, 2, 0, 0, 0m), (whatIf.Asked, whatIf.OnExisting, whatIf.Added.Length, whatIf.Nowhere, whatIf.CostPerHour));
    }

    [Fact]
    public void WhatIf_MoreThanThereIs_SaysWhichWorkersAndWhatTheyCost()
    {
        var whatIf = Booked.Forecast(Sample.Fleet([], [Sample.Worker()]), Metal).WhatIf(Booked.Half, 5, Sample.Now.AddHours(1), TimeSpan.FromHours(1));

        Assert.Equal((2, 0, 0), (whatIf.OnExisting, whatIf.OnPlanned, whatIf.Nowhere));
        Assert.Equal([new AddedWorkers("metal", 2, 3, 4)], whatIf.Added);
        Assert.Equal(8, whatIf.CostPerHour);
        Assert.Null(whatIf.Why);
    }

    [Fact]
    public void WhatIf_NextWeek_WhatIsIdleNowHasBeenGivenBackByThen()
    {
        var whatIf = Booked.Forecast(Sample.Fleet([], [Sample.Worker()]), Metal).WhatIf(Booked.Half, 5, Sample.Now.AddDays(7), TimeSpan.FromHours(1));

        Assert.Equal([new AddedWorkers("metal", 3, 5, 4)], whatIf.Added);
        Assert.Equal(0, whatIf.OnExisting);
    }

    [Fact]
    public void WhatIf_MoreThanTheFleetCanGrowTo_SaysHowManyFitNowhereAndWhy()
    {
        var whatIf = Booked.Forecast(Sample.Fleet([], [Sample.Worker()]), Metal).WhatIf(Booked.Whole, 5, null, TimeSpan.FromHours(1));

        Assert.Equal((1, 2, 2), (whatIf.OnExisting, whatIf.Added.Sum(added => added.Instances), whatIf.Nowhere));
        Assert.Equal((ForecastLimit.MemoryGb, 384L), (whatIf.Why!.ShortOf, whatIf.Why.Most.MemoryGb));
    }

    [Fact]
    public void WhatIf_StoppedWorker_IsStartedAgain()
    {
        var stopped = Sample.Worker(state: WorkerState.Stopped) with { Target = WorkerTarget.Stopped, CostPerHour = 3 };
        var whatIf = Booked.Forecast(Sample.Fleet([], [stopped]), Metal).WhatIf(Booked.Whole, 1, null, TimeSpan.FromHours(1));

        Assert.Equal(["w-1"], whatIf.Restarted);
        Assert.Equal((1, 3m), (whatIf.OnExisting, whatIf.CostPerHour));
    }

    /// <summary>Nobody waits for it, but it is paid for and runs as soon as it comes up.</summary>
    [Fact]
    public void WhatIf_WorkerThatBootsAgainAfterAFailure_IsNotStartedForIt()
    {
        var whatIf = Booked.Forecast(Sample.Fleet([], [Sample.TriedAgain("w-1") with { CostPerHour = 3 }]), Metal).WhatIf(Booked.Whole, 2, Sample.Now.AddHours(1), TimeSpan.FromHours(1));

        Assert.Equal((1, 4m), (whatIf.OnExisting, whatIf.CostPerHour));
        Assert.Empty(whatIf.Restarted);
        Assert.Equal([new AddedWorkers("metal", 1, 1, 4)], whatIf.Added);
    }

    [Fact]
    public void WhatIf_WorkerThatBootsAgainButIsIdleTooLongBefore_IsStartedAgain()
    {
        var whatIf = Booked.Forecast(Sample.Fleet([], [Sample.TriedAgain("w-1") with { CostPerHour = 3 }]), Metal).WhatIf(Booked.Whole, 1, Sample.Now.AddHours(3), TimeSpan.FromHours(1));

        Assert.Equal(["w-1"], whatIf.Restarted);
        Assert.Equal(3, whatIf.CostPerHour);
    }

    [Fact]
    public void WhatIf_WorkerThatIsComingForABookingLongBefore_IsStartedAgain()
    {
        var coming = Sample.Worker(state: WorkerState.Provisioning) with { CostPerHour = 3 };
        var whatIf = Booked.Forecast(Sample.Fleet([(Booked.Slot("i-1", 1, 1), null)], [coming]), Metal).WhatIf(Booked.Whole, 1, Sample.Now.AddHours(5), TimeSpan.FromHours(1));

        Assert.Equal(["w-1"], whatIf.Restarted);
        Assert.Equal((1, 3m), (whatIf.OnExisting, whatIf.CostPerHour));
    }

    [Fact]
    public void WhatIf_WorkerThatABookingNeedsAnyway_IsShared()
    {
        var whatIf = Booked.Forecast([Booked.Slot("i-1", 24, 3, Booked.Half)], Metal).WhatIf(Booked.Half, 1, Sample.Now.AddHours(25), TimeSpan.FromHours(1));
        Assert.Equal((0, 1, 0), (whatIf.OnExisting, whatIf.OnPlanned, whatIf.Added.Length));
    }

    [Fact]
    public void WhatIf_PlaceThatIsPromisedAfterwards_CountsWhoWouldLoseIt()
    {
        var whatIf = Booked.Forecast([Booked.Slot("i-1", 25, 1), Booked.Slot("i-2", 25, 1)], Metal).WhatIf(Booked.Whole, 3, Sample.Now.AddHours(24), TimeSpan.FromHours(2));
        Assert.Equal((0, 2), (whatIf.Nowhere, whatIf.Displaced));
    }

    /// <summary>The planner lets nobody onto a worker that it keeps for one that waits; no more may what-if.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 0)]
    public void WhatIf_RoomThatIsKeptForOneThatWaits_IsNotCounted(int most, int nowhere)
    {
        var running = Sample.Instance("i-1", InstanceState.Running) with { Request = Booked.Half, AsSoonAsPossible = true, TimeslotStart = Sample.Now, TimeslotEnd = Sample.Now.AddHours(1) };
        var large = Sample.Instance("i-2") with { Request = Booked.Whole };
        var fleet = Sample.Fleet([(running, "w-1"), (large, null)], [Sample.Worker()], [(Metal, 1)]);

        var whatIf = Booked.Forecast(fleet, Metal with { MaxWorkers = most }).WhatIf(Sample.Request(memory: 32), 1, null, TimeSpan.FromHours(1));

        Assert.Equal((nowhere, 1 - nowhere), (whatIf.Nowhere, whatIf.OnExisting));
        Assert.Equal("w-1", PlacementPlanner.Plan(fleet, Sample.Now, Booked.Times).Kept?.WorkerId);
    }

    [Fact]
    public void WhatIf_LabThatNothingTakes_SaysThat()
    {
        var whatIf = Booked.Forecast([], Metal).WhatIf(Sample.Request(memory: 129), 4, null, TimeSpan.FromHours(1));
        Assert.Equal((4, ForecastLimit.Worker), (whatIf.Nowhere, whatIf.Why!.ShortOf));
    }
}

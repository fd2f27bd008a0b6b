using Ccm.Engine.Booking;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Booking;

public sealed class BookingForecastTests
{
    private static readonly WorkerTemplate One = Sample.Template() with { MaxWorkers = 1 };
    private static readonly WorkerTemplate Two = Sample.Template() with { MaxWorkers = 2 };

    [Fact]
    public void Check_FleetCanGrow_Fits() => Assert.Null(Booked.Forecast([Booked.Slot("i-1", 24, 2)], Two).Check(24, 2));

    [Fact]
    public void Check_FleetIsFullThen_TellsTheNumbersAtTheTightestInstant()
    {
        var shortage = Booked.Forecast([Booked.Slot("i-1", 24, 2), Booked.Slot("i-2", 25, 2)], Two).Check(23, 5);

        Assert.NotNull(shortage);
        Assert.Equal((ForecastLimit.MemoryGb, false), (shortage.ShortOf, shortage.InPieces));
        Assert.Equal((128L, 256L, 256L), (shortage.Asked.MemoryGb, shortage.Booked.MemoryGb, shortage.Most.MemoryGb));
        Assert.Equal(Sample.Now.AddHours(25) - Booked.Lead(Booked.Whole), shortage.At);
        Assert.True(shortage.Displaces);
        Assert.Contains("128 asked for, 256 booked already, 256 the most", shortage.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_SlotsThatOnlyTouch_NeedTheLeadTimeBetween()
    {
        var forecast = Booked.Forecast([Booked.Slot("i-1", 24, 2)], One);
        var lead = (Booked.Lead(Booked.Whole) + TimeSpan.FromSeconds(1)).TotalHours;

        Assert.NotNull(forecast.Check(26, 1));
        Assert.Null(forecast.Check(26 + lead, 1));
        Assert.NotNull(forecast.Check(22, 2));
        Assert.Null(forecast.Check(22 - lead, 2));
    }

    [Fact]
    public void Check_Refused_NamesTheNearestBeforeAndAfter()
    {
        var shortage = Booked.Forecast([Booked.Slot("i-1", 24, 2)], One).Check(25, 1);

        // 24:00 less the lead of 5:30, and 26:00 and the lead, each on a full minute inwards.
        Assert.Equal([21.8, 22.9, 26.1, 27.2, 28.3], shortage!.FreeSlots.Select(slot => (slot.Start - Sample.Now).TotalHours));
        Assert.All(shortage.FreeSlots, slot => Assert.Equal(TimeSpan.FromHours(1), slot.End - slot.Start));
        Assert.Contains(shortage.FreeSlots[2].Start.ToString("u", null), shortage.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_EnoughInSumButInPieces_SaysSo()
    {
        var request = Sample.Request(memory: 70);
        var shortage = Booked.Forecast([Booked.Slot("i-1", 24, 2, request), Booked.Slot("i-2", 24, 2, request)], Two).Check(24, 2, request);

        Assert.NotNull(shortage);
        Assert.True(shortage.InPieces);
        Assert.Contains("pieces", shortage.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_LabsThatPassInTime_LeaveRoomWhereItIsAndNotInSum()
    {
        // Two short and two long ones of half a worker each: the planner pairs them by order, and what the short ones leave lies on two workers.
        var booked = new[] { Booked.Slot("i-1", 24, 10, Booked.Half), Booked.Slot("i-2", 24, 2, Booked.Half), Booked.Slot("i-3", 24, 10, Booked.Half), Booked.Slot("i-4", 24, 2, Booked.Half) };

        var shortage = Booked.Forecast(booked, Two).Check(27, 2);

        Assert.True(shortage!.InPieces);
        Assert.Null(Booked.Forecast(booked, Two).Check(27, 2, Booked.Half));
    }

    [Fact]
    public void Check_WorkersThatAreStartedTogether_MustServeWhoeverComesFirstToo()
    {
        // Both workers come up at once, and the lab that is due first packs tightest on the one that alone would do for the other.
        var any = Booked.Slot("i-1", 24, 1, Booked.Half with { Nodes = 2 });
        var large = Sample.Template("large") with { CpuCores = 64, CostPerHour = 1, MaxWorkers = 1 };
        var licensed = Booked.Whole with { Nodes = 1, LicenseAffinity = [LicenseType.Personal] };

        Assert.NotNull(Booked.Forecast([any], large, One with { LicenseType = LicenseType.Personal }).Check(24, 1, licensed));
        Assert.Null(Booked.Forecast([any], large, Two with { LicenseType = LicenseType.Personal }).Check(24, 1, licensed));
        Assert.Null(Booked.Forecast([any], large, One with { LicenseType = LicenseType.Personal }).Check(24.5, 0.25, licensed));
    }

    [Fact]
    public void Check_LargeLab_NeedsOneWorkerThatTakesIt()
    {
        var large = Sample.Request(memory: 128, licensedNodes: 300);
        var shortage = Booked.Forecast([], Sample.Template() with { MaxWorkers = 10 }).Check(24, 1, large);

        Assert.Equal((ForecastLimit.Worker, 0), (shortage!.ShortOf, shortage.FreeSlots.Length));
        Assert.Null(Booked.Forecast([], Sample.Template() with { MaxWorkers = 10 }, Sample.Template("big") with { MaxNodes = 300, MaxWorkers = 1 }).Check(24, 1, large));
    }

    public static TheoryData<string, LabRequest, bool> Kinds => new()
    {
        { "licence", Sample.Request() with { LicenseAffinity = [LicenseType.Personal] }, false },
        { "licence that fits", Sample.Request() with { LicenseAffinity = [LicenseType.Personal, LicenseType.Enterprise] }, true },
        { "version", Sample.Request() with { CmlVersionRange = "<2.8.0" }, false },
        { "region that fits", Sample.Request() with { Region = "local" }, true },
        { "region", Sample.Request() with { Region = "east" }, false },
        { "ports", Sample.Request(ports: 11), false },
        { "nodes", Sample.Request(licensedNodes: 101), false },
        { "cpu", Sample.Request(cpu: 65), false },
        { "storage", Sample.Request(storage: 201), false },
        { "all at the limit", Sample.Request(64, 128, 200, 100, 10), true },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Check_Kind_IsHonoured(string what, LabRequest request, bool fits) =>
        Assert.True(fits == Booked.Forecast([], Sample.Template() with { PortRange = new PortRange(2000, 2009) }).Check(24, 1, request) is null, what);

    [Fact]
    public void Check_NothingInTheRegion_NamesTheRegionsThereAre()
    {
        var east = Sample.Request() with { Region = "east" };
        WorkerTemplate[] templates = [One, Sample.Template("off") with { Region = "east", Enabled = false }, Sample.Template("west") with { Region = "west" }];

        var shortage = Booked.Forecast([], templates).Check(24, 1, east);

        Assert.Equal((ForecastLimit.Region, 0), (shortage!.ShortOf, shortage.FreeSlots.Length));
        Assert.Contains("is in region east", shortage.Reason, StringComparison.Ordinal);
        Assert.Contains("local, west", shortage.Fix, StringComparison.Ordinal);
        Assert.Equal(shortage.Reason, BookingForecast.CheckWhetherItEverFits(FleetSnapshot.Empty, [.. templates], east)!.Reason);
        Assert.Equal(ForecastLimit.Worker, Booked.Forecast([], One, Sample.Template("tiny") with { Region = "east", MemoryGb = 1 }).Check(24, 1, east)!.ShortOf);
    }

    [Fact]
    public void Check_RoomInAnotherRegion_IsNoRoom()
    {
        var (east, west) = (One with { Region = "east" }, Sample.Template("west") with { Region = "west", MaxWorkers = 5, CostPerHour = 1 });
        var booked = Booked.Slot("i-1", 24, 2, Booked.Whole with { Region = "east" });

        var shortage = Booked.Forecast([booked], east, west).Check(24, 2, booked.Request);

        Assert.Equal((ForecastLimit.MemoryGb, 128L), (shortage!.ShortOf, shortage.Most.MemoryGb));
        Assert.Null(Booked.Forecast([booked], east, west).Check(24, 2, Booked.Whole));
    }

    [Fact]
    public void Check_PortsRunOut_TellsPorts()
    {
        var template = One with { PortRange = new PortRange(2000, 2009) };
        Assert.Equal(ForecastLimit.Ports, Booked.Forecast([Booked.Slot("i-1", 24, 2, Sample.Request(ports: 6))], template).Check(24, 2, Sample.Request(ports: 6))!.ShortOf);
    }

    [Fact]
    public void Check_WhatRuns_HoldsItsPlaceUntilItsEndAndNoLonger()
    {
        var running = Booked.Slot("i-1", -1, 3) with { State = InstanceState.Running };
        var forecast = Booked.Forecast(Sample.Fleet([(running, "w-1")], [Sample.Worker()], [(One, 1)]), One);

        Assert.NotNull(forecast.Check(1, 1));
        Assert.Null(forecast.Check(2.2, 1));
    }

    [Fact]
    public void Check_AsSoonAsPossibleThatWaits_TakesThePlaceNow()
    {
        var forecast = Booked.Forecast([Sample.Instance() with { Request = Booked.Whole, DurationMinutes = 120 }], One);

        Assert.NotNull(forecast.Check(1, 1));
        Assert.Null(forecast.Check(3, 1));
    }

    [Theory]
    [InlineData(InstanceTarget.Terminated, true)]
    [InlineData(InstanceTarget.Stopped, false)]
    public void Check_WhatIsEnding_NoLongerCounts(InstanceTarget target, bool fits)
    {
        var ending = Booked.Slot("i-1", -1, 3) with { State = InstanceState.Running, Target = target };
        Assert.Equal(fits, Booked.Forecast(Sample.Fleet([(ending, "w-1")], [Sample.Worker()], [(One, 1)]), One).Check(1, 1) is null);
    }

    [Theory]
    [InlineData(WorkerState.Running, WorkerTarget.Running, true)]
    [InlineData(WorkerState.Pending, WorkerTarget.Running, true)]
    [InlineData(WorkerState.Stopped, WorkerTarget.Stopped, true)]
    [InlineData(WorkerState.Draining, WorkerTarget.Stopped, true)]
    [InlineData(WorkerState.Failed, WorkerTarget.Running, true)]
    [InlineData(WorkerState.Draining, WorkerTarget.Terminated, false)]
    [InlineData(WorkerState.Terminated, WorkerTarget.Terminated, false)]
    public void Check_WorkerOfATemplateThatIsGone_CountsUnlessItEnds(WorkerState state, WorkerTarget target, bool fits) =>
        Assert.Equal(fits, Booked.Forecast(Sample.Fleet([], [Sample.Worker(state: state) with { Target = target }])).Check(1, 1) is null);

    /// <summary>As the planner has it: the place of the running worker is kept for the lab that waits, and promised to nobody meanwhile.</summary>
    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void Check_WorkerThatTheFirstWaitsForFailedToBoot_KeepsTheRunningOneForIt(bool failed, bool fits)
    {
        var waits = Sample.Instance("i-2") with { Request = Booked.Whole, DurationMinutes = 60 };
        var running = Booked.Slot("i-1", -1, 2, Booked.Half) with { State = InstanceState.Running };
        var fleet = Sample.Fleet([(running, "w-1"), (waits, null)], [Sample.Worker(), failed ? Sample.TriedAgain("w-2") : Sample.Worker("w-2", WorkerState.Provisioning)], [(Two, 2)]);

        Assert.Equal(fits, Booked.Forecast(fleet, Two).Check(0.2, 0.5, Booked.Half) is null);
    }

    [Fact]
    public void Check_WorkerOfATemplateThatIsGone_IsGivenBackOnceItIsIdle() =>
        Assert.Equal((ForecastLimit.Worker, 0), Booked.Forecast(Sample.Fleet([], [Sample.Worker()])).Check(24, 1) is { } shortage ? (shortage.ShortOf, shortage.FreeSlots.Count(slot => slot.Start > Sample.Now.AddHours(24))) : default);

    [Fact]
    public void Check_WorkersThatExist_CountToTheMaximum()
    {
        var fleet = Sample.Fleet([(Booked.Slot("i-1", 24, 1), null)], [Sample.Worker()]);

        Assert.NotNull(Booked.Forecast(fleet, One).Check(24, 1));
        Assert.Null(Booked.Forecast(fleet, Two).Check(24, 1));
    }

    [Fact]
    public void Check_TemplateDisabled_DoesNotCount() => Assert.Equal(ForecastLimit.Worker, Booked.Forecast([], One with { Enabled = false }).Check(24, 1)!.ShortOf);

    [Fact]
    public void Check_SlotOverBeforeAWorkerIsUp_SaysThatStartUpTakesLonger()
    {
        var forecast = Booked.Forecast([], One with { StartupTimeMinutes = 18 });

        Assert.Equal(ForecastLimit.StartUp, forecast.Check(0, 0.25)!.ShortOf);
        Assert.Null(forecast.Check(0, 0.5));
        Assert.NotEmpty(forecast.Check(0, 0.25)!.FreeSlots);
    }

    [Fact]
    public void Check_OverbookedElsewhere_RefusesNobodyForThat()
    {
        var small = Sample.Template("small") with { MemoryGb = 8, CostPerHour = 1 };
        var overbooked = new[] { Booked.Slot("i-1", 24, 1), Booked.Slot("i-2", 24, 1) with { Overbooked = true } };

        Assert.Null(Booked.Forecast(overbooked, One, small).Check(24, 1, Sample.Request()));
        Assert.NotNull(Booked.Forecast(overbooked, One, small).Check(24, 1));
    }

    [Fact]
    public void CheckWhetherItEverFits_FullFleet_IsNoMatter()
    {
        var running = Booked.Slot("i-1", 0, 100) with { State = InstanceState.Running };
        var fleet = Sample.Fleet([(running, "w-1")], [Sample.Worker()]);

        Assert.Null(BookingForecast.CheckWhetherItEverFits(fleet, [], Booked.Whole));
        Assert.Null(BookingForecast.CheckWhetherItEverFits(FleetSnapshot.Empty, [One], Booked.Whole));
        Assert.Contains("129 GB of memory", BookingForecast.CheckWhetherItEverFits(fleet, [One], Sample.Request(memory: 129))!.Reason, StringComparison.Ordinal);
        Assert.NotNull(BookingForecast.CheckWhetherItEverFits(FleetSnapshot.Empty, [One with { Enabled = false }], Booked.Whole));
    }

    /// <summary>Half a worker each, an hour long, 140 at a time on 70 workers.</summary>
    [Fact]
    public void Check_TenThousandReservations_NamesTheFirstSlotBehindAllOfThem()
    {
        var template = Sample.Template() with { MaxWorkers = 70 };
        var booked = Enumerable.Range(0, 10_000).Select(n => Booked.Slot($"i-{n:D5}", 1 + (n / 140 * 1.1), 1, Booked.Half));

        var shortage = Booked.Forecast(booked, template).Check(30, 1, Booked.Whole);

        Assert.Equal((70L * 128, 70L * 128), (shortage!.Booked.MemoryGb, shortage.Most.MemoryGb));
        Assert.Equal(1 + (10_000 / 140 * 1.1), (shortage.FreeSlots[0].Start - Sample.Now).TotalHours, 1);
    }

    [Fact]
    public void Check_Cancelled_Ends()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        var forecast = new BookingForecast(FleetSnapshot.Empty, [Sample.Template()], Sample.Now, Booked.Times, stop.Token);

        Assert.Throws<OperationCanceledException>(() => forecast.Check(1, 1));
    }
}

using Ccm.Engine.Domain;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Booking;

/// <summary>A slot from its booking to its end, on the real planners and a clock that the test moves: 18 minutes to start a worker, a lead of 5 and a half.</summary>
public sealed class TimeslotTests
{
    private static readonly WorkerTemplate One = Sample.Template() with { MaxWorkers = 1 };
    private readonly FleetInTime _fleet = new(Booked.Times, One);

    [Fact]
    public void Slot_Ahead_HoldsNothingUntilItsWorkerMustBeStarted()
    {
        _fleet.Add(Booked.Slot("i-1", 3, 1));

        _fleet.RunUntil(At(3) - TimeSpan.FromMinutes(18) - Booked.Lead(Booked.Whole) - TimeSpan.FromMinutes(3));
        Assert.Empty(_fleet.Snapshot.Workers);

        _fleet.RunUntil(At(3) - Booked.Lead(Booked.Whole) - TimeSpan.FromMinutes(1));
        Assert.Single(_fleet.Snapshot.Workers);
        Assert.Equal(InstanceState.Pending, _fleet["i-1"].State);

        _fleet.RunUntil(At(3));
        Assert.Equal(InstanceState.Running, _fleet["i-1"].State);
        Assert.InRange(_fleet.Ran["i-1"], At(3) - Booked.Lead(Booked.Whole), At(3));
    }

    [Fact]
    public void Slot_Over_StopsTheLabAndGivesEverythingBack()
    {
        _fleet.Add(Booked.Slot("i-1", 1, 1));

        _fleet.RunUntil(At(2) - TimeSpan.FromMinutes(1));
        Assert.Equal(InstanceState.Running, _fleet["i-1"].State);
        _fleet.RunUntil(At(2));

        Assert.Equal((InstanceState.Terminated, Outcome.Completed), (_fleet["i-1"].State, _fleet["i-1"].Outcome));
        Assert.True(Assert.Single(_fleet.Snapshot.Workers.Values).IsEmpty);
    }

    [Fact]
    public void Slot_WithWorkerIdle_IsPlacedWhenItIsDueAndNotBefore()
    {
        _fleet.Add(Booked.Slot("i-0", 0.5, 0.5));
        _fleet.Add(Booked.Slot("i-1", 1.2, 0.5));
        _fleet.RunUntil(At(1.2) - Booked.Lead(Booked.Whole) - TimeSpan.FromMinutes(1));
        Assert.Equal((InstanceState.Terminated, InstanceState.Pending), (_fleet["i-0"].State, _fleet["i-1"].State));

        _fleet.RunUntil(At(1.2));

        Assert.Equal(InstanceState.Running, _fleet["i-1"].State);
        Assert.Single(_fleet.Snapshot.Workers);
    }

    [Fact]
    public void Slot_PassedUnplaced_Expires()
    {
        _fleet.Add(Booked.Slot("i-1", 1, 2));
        _fleet.Add(Booked.Slot("i-2", 1, 1) with { Overbooked = true });

        _fleet.RunUntil(At(2) - TimeSpan.FromMinutes(1));
        Assert.Equal(InstanceState.Pending, _fleet["i-2"].State);
        _fleet.RunUntil(At(2));

        Assert.Equal((InstanceState.Terminated, Outcome.Expired), (_fleet["i-2"].State, _fleet["i-2"].Outcome));
        Assert.Equal(InstanceState.Running, _fleet["i-1"].State);
    }

    [Fact]
    public void AsSoonAsPossible_SlotBeginsWhenItRuns()
    {
        _fleet.Add(Sample.Instance());

        _fleet.RunUntil(At(1));

        Assert.InRange(_fleet.Ran["i-1"], Sample.Now.AddMinutes(18), Sample.Now.AddMinutes(21));
        Assert.Equal((_fleet.Ran["i-1"], _fleet.Ran["i-1"].AddHours(1)), (_fleet["i-1"].TimeslotStart, _fleet["i-1"].TimeslotEnd));
        _fleet.RunUntil(At(1.5));
        Assert.Equal(Outcome.Completed, _fleet["i-1"].Outcome);
    }

    [Fact]
    public void AsSoonAsPossible_WithoutAPlace_NeverExpires()
    {
        _fleet.Add(Booked.Slot("i-1", 0, 4));
        _fleet.Add(Sample.Instance("i-2") with { Request = Booked.Whole, CreatedAt = Sample.Now.AddMinutes(1) });

        _fleet.RunUntil(At(4) - TimeSpan.FromMinutes(1));
        Assert.Equal(InstanceState.Pending, _fleet["i-2"].State);
        _fleet.RunUntil(At(4.5));

        Assert.Equal(InstanceState.Running, _fleet["i-2"].State);
    }

    [Fact]
    public void Extension_OfARunningLab_MovesItsEnd()
    {
        _fleet.Add(Booked.Slot("i-1", 1, 1));
        _fleet.RunUntil(At(1.5));
        Assert.Null(_fleet.Forecast.CheckExtension(_fleet.Snapshot.Instances["i-1"], At(3)));

        _fleet.Change("i-1", lab => lab with { TimeslotEnd = At(3) });
        _fleet.RunUntil(At(2.5));
        Assert.Equal(InstanceState.Running, _fleet["i-1"].State);
        _fleet.RunUntil(At(3));

        Assert.Equal(Outcome.Completed, _fleet["i-1"].Outcome);
    }

    [Fact]
    public void ClockPutForward_OverTheWholeSlot_EndsWhatRunsAndExpiresWhatWaits()
    {
        _fleet.Add(Booked.Slot("i-1", 1, 1));
        _fleet.Add(Booked.Slot("i-2", 1.5, 0.75));
        _fleet.RunUntil(At(1.5));

        _fleet.Jump(TimeSpan.FromHours(1));

        Assert.Equal(Outcome.Completed, _fleet["i-1"].Outcome);
        Assert.Equal(Outcome.Expired, _fleet["i-2"].Outcome);
    }

    [Fact]
    public void ClockPutForward_IntoASlot_StartsItLateForWhatIsLeft()
    {
        _fleet.Add(Booked.Slot("i-1", 1, 2));
        _fleet.RunUntil(At(0.5));

        _fleet.Jump(TimeSpan.FromHours(1));
        _fleet.RunUntil(At(2));

        Assert.Equal(InstanceState.Running, _fleet["i-1"].State);
        Assert.Equal(At(3), _fleet["i-1"].TimeslotEnd);
    }

    [Fact]
    public void ClockPutBack_WhileALabRuns_LetsItRunToTheSameTimeOfDay()
    {
        _fleet.Add(Booked.Slot("i-1", 1, 1));
        _fleet.RunUntil(At(1.5));

        _fleet.Jump(TimeSpan.FromHours(-1));
        Assert.Equal(InstanceState.Running, _fleet["i-1"].State);
        _fleet.RunUntil(At(2) - TimeSpan.FromMinutes(1));
        Assert.Equal(InstanceState.Running, _fleet["i-1"].State);
        _fleet.RunUntil(At(2));

        Assert.Equal(Outcome.Completed, _fleet["i-1"].Outcome);
    }

    [Fact]
    public void ClockPutBack_AfterASlot_RevivesNothing()
    {
        _fleet.Add(Booked.Slot("i-1", 1, 1));
        _fleet.RunUntil(At(2));

        _fleet.Jump(TimeSpan.FromHours(-1));
        _fleet.RunUntil(At(2));

        Assert.Equal((InstanceState.Terminated, Outcome.Completed), (_fleet["i-1"].State, _fleet["i-1"].Outcome));
    }

    [Fact]
    public void ClockPutBack_BeforeTheCreationOfOneAsSoonAsPossible_DoesNotHoldItUp()
    {
        _fleet.RunUntil(At(1));
        _fleet.Add(Sample.Instance() with { CreatedAt = At(1) });

        _fleet.Jump(TimeSpan.FromHours(-1));
        _fleet.RunUntil(At(0.5));

        Assert.Equal(InstanceState.Running, _fleet["i-1"].State);
    }

    private static DateTimeOffset At(double hour) => Sample.Now.AddHours(hour);
}

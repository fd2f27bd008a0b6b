using Ccm.Engine.Booking;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Booking;

public sealed class BookedTimeTests
{
    private static readonly TimeSpan Lead = Booked.Lead(Booked.Whole);

    [Fact]
    public void Of_WaitingForItsSlot_TakesItsPlaceTheLeadTimeBefore() =>
        Assert.Equal((2.0, 3.0, Lead, false), Described(Booked.Slot("i-1", 2, 1)));

    [Fact]
    public void Of_AsSoonAsPossibleAndWaiting_IsExpectedFromNowOn()
    {
        var time = Of(Sample.Instance() with { CreatedAt = Sample.Now.AddHours(-5) })!;

        Assert.True(time.IsExpected);
        Assert.Equal(Sample.Now, time.From);
        Assert.Equal(Sample.Now + Booked.Times.LabStart(5) + TimeSpan.FromMinutes(60), time.Until);
        Assert.Equal(Sample.Now + Booked.Times.LabStart(5), time.Start);
    }

    [Fact]
    public void Of_AsSoonAsPossibleAndRunning_HasTheSlotThatItGot() => Assert.Equal((-0.5, 0.5, TimeSpan.Zero, false), Described(
        Booked.Slot("i-1", -0.5, 1) with { AsSoonAsPossible = true, State = InstanceState.Running, CreatedAt = Sample.Now.AddHours(-9) }));

    [Fact]
    public void Of_HeldBeyondItsSlot_LastsUntilNow() =>
        Assert.Equal((-2.0, 0.0, Lead, false), Described(Booked.Slot("i-1", -2, 1) with { State = InstanceState.Stopping, Target = InstanceTarget.Terminated }));

    [Fact]
    public void Of_Ended_LastedUntilItsEnd() => Assert.Equal((-4.0, -3.5, Lead, false), Described(Ended(Booked.Slot("i-1", -4, 3), InstanceState.Archived, -3.5)));

    [Fact]
    public void Of_CancelledOrExpiredWithoutAPlace_IsNone()
    {
        Assert.Null(Of(Ended(Booked.Slot("i-1", -4, 3), InstanceState.Pending, -1)));
        Assert.Null(Of(Booked.Slot("i-1", 4, 3) with { Target = InstanceTarget.Terminated }));
        Assert.Null(Of(Ended(Booked.Slot("i-1", 4, 3), InstanceState.Scheduled, 0)));
    }

    /// <summary>What is drawn is what the forecast decides by: whoever was promised a slot has the same times in both.</summary>
    [Theory]
    [InlineData(1, null)]
    [InlineData(1, "w-1")]
    [InlineData(-0.5, "w-1")]
    public void Of_Promised_IsWhatTheForecastCounts(double from, string? worker)
    {
        var entry = new InstanceEntry(Booked.Slot("i-1", from, 1) with { State = worker is null ? InstanceState.Pending : InstanceState.Running }, 1, worker);
        var (time, claim) = (BookedTime.Of(entry, Sample.Now, Booked.Times)!, Claim.Of(entry, Sample.Now, Booked.Times)!);

        Assert.Equal((claim.From, claim.Until, Load.Of(claim)), (time.From, time.Until, time.Load));
    }

    [Fact]
    public void Reach_Fleet_IsWhatRunsAndWhatTheForecastCountsOn()
    {
        var template = Sample.Template() with { MaxWorkers = 5 };
        Worker[] workers =
        [
            Sample.WorkerOf(template, "w-runs"), Sample.WorkerOf(template, "w-off", WorkerState.Stopped), Sample.WorkerOf(template, "w-ends") with { Target = WorkerTarget.Terminated },
            Sample.WorkerOf(template, "w-gone", WorkerState.Terminated), Sample.WorkerOf(template, "w-silent") with { UnreachableSince = Sample.Now },
        ];

        var reach = FleetReach.Of(Sample.Fleet([], workers), [template, Sample.Template("off") with { Enabled = false }], Sample.Now, Booked.Times);

        // The one that ends takes no work from then on.
        Assert.Equal((128L, 5 * 128L), (reach.Running.MemoryGb, reach.Most.MemoryGb));
        Assert.Equal(5 * 8000L, reach.Most.Ports);
    }

    private static LabletInstance Ended(LabletInstance instance, InstanceState from, double hour) => instance with
    {
        State = InstanceState.Terminated,
        LastTransition = new Transition<InstanceState>(from, InstanceState.Terminated, Sample.Now.AddHours(hour), "ccm/controller", "Over."),
    };

    private static BookedTime? Of(LabletInstance instance) => BookedTime.Of(new InstanceEntry(instance, 1, null), Sample.Now, Booked.Times);

    private static (double Start, double Until, TimeSpan Lead, bool IsExpected) Described(LabletInstance instance) =>
        Of(instance) is { } time ? ((time.Start - Sample.Now).TotalHours, (time.Until - Sample.Now).TotalHours, time.Start - time.From, time.IsExpected) : default;
}

using Ccm.Engine.Domain;
using Ccm.Portal.Components.Pages.Instances;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Components.Instances;

public sealed class WaitsTests
{
    private static readonly PlanningTimes Times = new(TimeSpan.FromMinutes(5), 1);

    [Theory]
    [InlineData(InstanceState.Pending, InstanceTarget.Running, "a place")]
    [InlineData(InstanceState.Pending, InstanceTarget.Terminated, null)]
    [InlineData(InstanceState.Scheduled, InstanceTarget.Running, null)]
    [InlineData(InstanceState.Terminated, InstanceTarget.Running, null)]
    public void Of_EachState_OnlyWhatIsPendingWaits(InstanceState state, InstanceTarget target, string? words) =>
        Assert.Equal(words, Of(Sample.Instance(state: state) with { Target = target }));

    /// <summary>Its lead time is five and a half minutes.</summary>
    [Theory]
    [InlineData(60, "its slot")]
    [InlineData(6, "its slot")]
    [InlineData(5, "a place, overdue")]
    [InlineData(-1, "a place, overdue")]
    public void Of_Booked_WaitsForItsSlotUntilItIsDue(int minutesToStart, string words) => Assert.Equal(words, Of(Booked(minutesToStart)));

    [Theory]
    [InlineData(31, "a place")]
    [InlineData(33, "a place, too long")]
    public void Of_AsSoonAsPossible_MayWaitForAHostToBoot(int minutes, string words) => Assert.Equal(words, Of(Sample.Instance() with
    {
        LastTransition = new Transition<InstanceState>(null, InstanceState.Pending, Sample.Now.AddMinutes(-minutes), "user", "Reserved."),
    }));

    /// <summary>Whenever its slot is; a worker that is there counts as much as one that could be made.</summary>
    [Theory]
    [InlineData(4000, false, "no worker takes it")]
    [InlineData(4000, true, "its slot")]
    [InlineData(8, false, "its slot")]
    public void Of_TooLarge_IsToldUnlessAWorkerTakesIt(int memory, bool largeWorker, string words)
    {
        var lab = Booked(60) with { Request = Sample.Request(memory: memory) };
        var workers = largeWorker ? new[] { Sample.Worker() with { Declared = new Capacity(64, 5000, 200, 100) } } : [];

        Assert.Equal(words, new Waits(Sample.Fleet([(lab, null)], workers), [Sample.Template()], Sample.Now, Times).Of(lab)?.Words);
    }

    /// <summary>What is not known is not said.</summary>
    [Fact]
    public void Of_TemplatesNotKnown_NeverSaysThatNothingTakesIt() =>
        Assert.Equal("a place", new Waits(Sample.Fleet([], []), default, Sample.Now, Times).Of(Sample.Instance())?.Words);

    [Fact]
    public void AsOf_SameMinuteAndTemplates_IsTheSame()
    {
        var fleet = Sample.Fleet([], []);
        var first = Waits.InMinute(fleet, [Sample.Template()], Sample.Now, Times).AsOf;

        Assert.Equal(first, Waits.InMinute(fleet, [Sample.Template()], Sample.Now.AddSeconds(59), Times).AsOf);
        Assert.NotEqual(first, Waits.InMinute(fleet, [Sample.Template()], Sample.Now.AddSeconds(60), Times).AsOf);
        Assert.NotEqual(first, Waits.InMinute(fleet, [Sample.Template() with { Revision = 2 }], Sample.Now, Times).AsOf);
        Assert.NotEqual(first, Waits.InMinute(fleet, default, Sample.Now, Times).AsOf);
    }

    private static string? Of(LabletInstance lab) => new Waits(Sample.Fleet([(lab, null)], []), [Sample.Template()], Sample.Now, Times).Of(lab)?.Words;

    private static LabletInstance Booked(int minutesToStart) => Sample.Instance() with
    {
        AsSoonAsPossible = false, TimeslotStart = Sample.Now.AddMinutes(minutesToStart), TimeslotEnd = Sample.Now.AddMinutes(minutesToStart + 60),
    };
}

using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using static Ccm.Engine.Domain.InstanceState;

namespace Ccm.Tests.Lifecycle;

/// <summary>From RUNNING through COLLECTING and GRADING to a score, and every way in which that can end otherwise.</summary>
public sealed class AssessmentTests : IAsyncLifetime
{
    private const string Source = "/assessment/grader-1";
    private SteppedEngine _engine = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _engine = await SteppedEngine.StartAsync();
        await _engine.RunningWorkerAsync();
    }

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task Receive_CollectedThenGraded_StoresTheScoreAndEndsTheLabProperly()
    {
        var id = await CollectingAsync();
        await TellAsync(Collected(id));
        await _engine.SettleAsync();
        Assert.Equal((Grading, InstanceTarget.Running), (_engine.Instance(id).State, _engine.Instance(id).Target));

        var at = _engine.Time.GetUtcNow();
        await TellAsync(Graded(id, 87.5m, 100, passed: true));
        Assert.Equal((Grading, InstanceTarget.Terminated, Outcome.Completed), (_engine.Instance(id).State, _engine.Instance(id).Target, _engine.Instance(id).Outcome));
        await _engine.PassUntilAsync(() => _engine.Instance(id).State == Terminated);

        var ended = _engine.Instance(id);
        Assert.Equal(new Grade(87.5m, 100, true, at, Source, "graded"), ended.Grade);
        Assert.Equal(Outcome.Completed, ended.Outcome);
        Assert.Empty(ended.Ports);
        Assert.Empty(await _engine.LabsOnAsync(_engine.Cache.Current.Workers.Keys.Single()));
        Assert.Equal(
            ["pending", "scheduled", "instantiating", "running", "collecting", "grading", "graded", "target-changed", "stopping", "stopped", "archived", "terminated"],
            (await _engine.ToldAsync(Subjects.Instance(id))).Select(type => type["ccm.lablet.instance.".Length..]));
    }

    [Fact]
    public async Task Receive_SameEventAgainWhateverItBecameSince_ChangesNothing()
    {
        var id = await CollectingAsync();
        Assert.True(await TellAsync(Collected(id)));
        var before = _engine.Store.Revision;
        Assert.False(await TellAsync(Collected(id)));
        Assert.Equal(before, _engine.Store.Revision);

        Assert.True(await TellAsync(Graded(id, 1)));
        await _engine.PassUntilAsync(() => _engine.Instance(id).State == Terminated);
        before = _engine.Store.Revision;
        Assert.False(await TellAsync(Graded(id, 1)));
        Assert.False(await TellAsync(Collected(id)));
        Assert.Equal(before, _engine.Store.Revision);
    }

    [Fact]
    public async Task Receive_SameIdWithAnotherScore_IsRefused()
    {
        var id = await CollectingAsync();
        await TellAsync(Collected(id));
        await TellAsync(Graded(id, 40, 100));

        var refused = await Assert.ThrowsAsync<RefusedException>(() => TellAsync(Graded(id, 90, 100)));

        Assert.Equal((RefusalKind.Conflict, "id"), (refused.Kind, refused.Problems[0].Field));
        Assert.Equal(40, _engine.Instance(id).Grade!.Score);
    }

    [Fact]
    public async Task Receive_OneEventManyTimesAtOnce_CountsOnce()
    {
        var id = await CollectingAsync();

        var changed = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => TellAsync(Collected(id)))));

        Assert.Equal(1, changed.Count(one => one));
        Assert.Single(await _engine.ToldAsync(Subjects.Instance(id)), EventTypes.Of(Grading));
    }

    [Fact]
    public async Task Receive_SecondGradeOfAnotherEvent_IsRefusedAndTheFirstStays()
    {
        var id = await CollectingAsync();
        await TellAsync(Collected(id));
        await TellAsync(Graded(id, 40));

        var refused = await Assert.ThrowsAsync<RefusedException>(() => TellAsync(Graded(id, 90, eventId: "graded-again")));

        Assert.Contains("graded by event 'graded'", refused.Message, StringComparison.Ordinal);
        Assert.Equal(40, _engine.Instance(id).Grade!.Score);
    }

    [Fact]
    public async Task Receive_OutOfOrder_IsRefusedWithTheStateAndTakenWhenItsTimeHasCome()
    {
        var id = await _engine.RunningInstanceAsync();
        await RefusedAsync(Collected(id), "RUNNING", "COLLECTING", "/collect");
        await RefusedAsync(Graded(id, 1), "RUNNING", "GRADING", "/collect");
        await CollectAsync(id);
        await RefusedAsync(Graded(id, 1), "COLLECTING", "GRADING", EventTypes.CollectionCompleted);

        Assert.True(await TellAsync(Collected(id)));
        await RefusedAsync(Collected(id, "another"), "GRADING", "COLLECTING", EventTypes.GradingCompleted);
        Assert.True(await TellAsync(Graded(id, 1)));
    }

    [Fact]
    public async Task Receive_OfNoneOrOneThatEnded_IsRefused()
    {
        var refused = await Assert.ThrowsAsync<RefusedException>(() => TellAsync(Collected("i-0")));
        Assert.Equal((RefusalKind.NotFound, "subject"), (refused.Kind, refused.Problems[0].Field));

        var id = await _engine.RunningInstanceAsync();
        await _engine.Control.CancelInstanceAsync(SteppedEngine.Admin, Operation.New(), id, Cancelled);
        await _engine.PassUntilAsync(() => _engine.Instance(id).State == Terminated);
        await RefusedAsync(Collected(id), "TERMINATED", "COLLECTING");
        await RefusedAsync(Graded(id, 1), "TERMINATED", "GRADING");
    }

    [Theory]
    [InlineData(Pending, "Wait until")]
    [InlineData(Collecting, "already")]
    [InlineData(Stopped, "Start it again")]
    public async Task Collect_NotRunning_NamesBothStatesAndTheFix(InstanceState state, string fix)
    {
        var id = state == Pending ? await _engine.ReserveAsync() : state == Collecting ? await CollectingAsync() : await _engine.RunningInstanceAsync();
        if (state == Stopped)
        {
            await _engine.Control.StopInstanceAsync(SteppedEngine.Admin, Operation.New(), id, Cancelled);
            await _engine.PassUntilAsync(() => _engine.Instance(id).State == Stopped);
        }

        var refused = await Assert.ThrowsAsync<RefusedException>(() => CollectAsync(id));

        Assert.Contains($"is {state.ToString().ToUpperInvariant()} and cannot become COLLECTING", refused.Message, StringComparison.Ordinal);
        Assert.Contains(fix, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Collect_AskedToStopAMomentBefore_IsRefused()
    {
        var id = await _engine.RunningInstanceAsync();
        await _engine.Control.StopInstanceAsync(SteppedEngine.Admin, Operation.New(), id, Cancelled);

        Assert.Contains("on its way to STOPPED", (await Assert.ThrowsAsync<RefusedException>(() => CollectAsync(id))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Collecting, 15)]
    [InlineData(Grading, 60)]
    public async Task Limit_NothingIsTold_EndsItAsFailedAndNotAMinuteBefore(InstanceState state, int minutes)
    {
        var id = await CollectingAsync(minutes: 240);
        if (state == Grading)
            await TellAsync(Collected(id));
        await _engine.PassAsync(TimeSpan.FromMinutes(minutes) - TimeSpan.FromSeconds(1));
        Assert.Equal(state, _engine.Instance(id).State);

        await _engine.PassAsync(TimeSpan.FromSeconds(1));

        Assert.Equal((Stopping, InstanceTarget.Terminated, Outcome.Failed), (_engine.Instance(id).State, _engine.Instance(id).Target, _engine.Instance(id).Outcome));
        Assert.Contains($"{state.ToString().ToUpperInvariant()} for {TimeSpan.FromMinutes(minutes)}", _engine.Instance(id).LastTransition.Reason, StringComparison.Ordinal);
        await _engine.PassUntilAsync(() => _engine.Instance(id).State == Terminated);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SlotEnd_BeforeTheScore_EndsItAndTheScoreComesTooLate(bool grading)
    {
        var id = await CollectingAsync(minutes: 5);
        if (grading)
            await TellAsync(Collected(id));

        await _engine.PassAsync(_engine.Instance(id).TimeslotEnd!.Value - _engine.Time.GetUtcNow());

        Assert.Equal((Stopping, Outcome.Completed), (_engine.Instance(id).State, _engine.Instance(id).Outcome));
        await RefusedAsync(Graded(id, 1), "STOPPING", "slot ended");
        await _engine.PassUntilAsync(() => _engine.Instance(id).State == Terminated);
        Assert.Null(_engine.Instance(id).Grade);
    }

    [Fact]
    public async Task Stop_WhileCollecting_KeepsItsPlaceAndCanBeStartedAndCollectedAgain()
    {
        var id = await CollectingAsync();
        var ports = _engine.Instance(id).Ports;
        await _engine.Control.StopInstanceAsync(SteppedEngine.Admin, Operation.New(), id, Cancelled);
        await _engine.PassUntilAsync(() => _engine.Instance(id).State == Stopped);
        await RefusedAsync(Collected(id), "STOPPED", "stopped");

        await _engine.Control.StartInstanceAsync(SteppedEngine.Admin, Operation.New(), id, Cancelled);
        await _engine.PassUntilAsync(() => _engine.Instance(id).State == Running);
        await CollectAsync(id);

        Assert.Equal(Collecting, _engine.Instance(id).State);
        Assert.Equal(ports, _engine.Instance(id).Ports);
    }

    [Theory]
    [InlineData(-1, null, "data.score")]
    [InlineData(1_000_001, null, "data.score")]
    [InlineData(101, 100, "data.score")]
    [InlineData(0, 0, "data.maxScore")]
    [InlineData(0, -5, "data.maxScore")]
    [InlineData(0, 1_000_001, "data.maxScore")]
    public async Task Receive_ImpossibleScore_NamesTheField(int score, int? most, string field)
    {
        var id = await CollectingAsync();
        await TellAsync(Collected(id));

        var refused = await Assert.ThrowsAsync<RefusedException>(() => TellAsync(Graded(id, score, most)));

        Assert.Equal((RefusalKind.Invalid, field), (refused.Kind, Assert.Single(refused.Problems).Field));
        Assert.Null(_engine.Instance(id).Grade);
    }

    [Theory]
    [InlineData(Role.Viewer)]
    [InlineData(Role.User)]
    public async Task Receive_RoleThatMayNot_IsForbidden(Role role)
    {
        var id = await CollectingAsync();
        var actor = new Actor("somebody", "Somebody", [role]);

        Assert.Equal(RefusalKind.Forbidden, (await Assert.ThrowsAsync<RefusedException>(() => _engine.Control.ReceiveAsync(actor, Operation.OfEvent(Source, "c", ""), Collected(id), Cancelled))).Kind);
        Assert.Equal(RefusalKind.Forbidden, (await Assert.ThrowsAsync<RefusedException>(() => _engine.Control.CollectAsync(actor, Operation.New(), id, Cancelled))).Kind);
    }

    private async Task<string> CollectingAsync(int minutes = 60)
    {
        var id = await _engine.RunningInstanceAsync(minutes);
        await CollectAsync(id);
        return id;
    }

    private Task<LabletInstance> CollectAsync(string id) => _engine.Control.CollectAsync(SteppedEngine.Admin, Operation.New(), id, Cancelled);

    private Task<bool> TellAsync(AssessmentEvent told) => _engine.Control.ReceiveAsync(SteppedEngine.Admin, Operation.OfEvent(told.Source, told.Id, told.ToString()), told, Cancelled);

    private async Task RefusedAsync(AssessmentEvent told, params string[] named)
    {
        var before = _engine.Instance(told.InstanceId);
        var refused = await Assert.ThrowsAsync<RefusedException>(() => TellAsync(told));
        Assert.Equal(RefusalKind.Conflict, refused.Kind);
        Assert.All(named, name => Assert.Contains(name, refused.Message, StringComparison.Ordinal));
        Assert.Equal(before, _engine.Instance(told.InstanceId));
    }

    private static AssessmentEvent.CollectionCompleted Collected(string id, string eventId = "collected") => new(Source, eventId, id);

    private static AssessmentEvent.GradingCompleted Graded(string id, decimal score, decimal? most = null, bool? passed = null, string eventId = "graded") => new(Source, eventId, id, score, most, passed);
}

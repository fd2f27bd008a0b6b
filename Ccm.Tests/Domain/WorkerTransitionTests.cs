using Ccm.Engine.Domain;

namespace Ccm.Tests.Domain;

/// <summary>The table of the rules, written out once more; every other pair of states is refused.</summary>
public sealed class WorkerTransitionTests
{
    private const string Rules = """
        PENDING      -> PROVISIONING, TERMINATED
        PROVISIONING -> RUNNING, STOPPING, FAILED
        RUNNING      -> DRAINING, STOPPING if empty, FAILED
        DRAINING     -> RUNNING, STOPPING if empty, FAILED
        STOPPING     -> STOPPED, FAILED
        STOPPED      -> PROVISIONING, TERMINATED
        FAILED       -> RUNNING as before, DRAINING as before, PROVISIONING if empty, STOPPING if empty, TERMINATED if empty
        TERMINATED   ->
        """;

    public static TheoryData<WorkerState, WorkerState> Pairs()
    {
        var pairs = new TheoryData<WorkerState, WorkerState>();
        foreach (var from in Enum.GetValues<WorkerState>())
        {
            foreach (var to in Enum.GetValues<WorkerState>())
                pairs.Add(from, to);
        }
        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void IsLegal_EveryPair_IsWhatTheRulesSay(WorkerState from, WorkerState to)
    {
        var line = Rules.Split('\n').Single(line => line.Split("->")[0].Trim().Equals(from.ToString(), StringComparison.OrdinalIgnoreCase));
        var entry = line.Split("->")[1].Split(',', StringSplitOptions.TrimEntries).SingleOrDefault(next => next.Split(' ')[0].Equals(to.ToString(), StringComparison.OrdinalIgnoreCase));
        foreach (var failedFrom in Enum.GetValues<WorkerState>().Cast<WorkerState?>().Append(null))
        {
            foreach (var empty in new[] { false, true })
            {
                var expected = entry is not null
                    && (!entry.EndsWith("if empty", StringComparison.Ordinal) || empty)
                    && (!entry.EndsWith("as before", StringComparison.Ordinal) || failedFrom == to);

                var legal = WorkerTransitions.IsLegal(Sample.Worker(state: from) with { FailedFrom = failedFrom }, to, empty);

                Assert.True(expected == legal, $"{from} to {to}: legal is {legal} with empty {empty}, failed from {failedFrom}.");
            }
        }
    }

    [Theory]
    [InlineData(WorkerState.Running, false, false, true)]
    [InlineData(WorkerState.Running, true, false, false)]
    [InlineData(WorkerState.Running, false, true, false)]
    [InlineData(WorkerState.Pending, false, false, false)]
    [InlineData(WorkerState.Provisioning, false, false, false)]
    [InlineData(WorkerState.Draining, false, false, false)]
    [InlineData(WorkerState.Stopping, false, false, false)]
    [InlineData(WorkerState.Stopped, false, false, false)]
    [InlineData(WorkerState.Failed, false, false, false)]
    [InlineData(WorkerState.Terminated, false, false, false)]
    public void TakesWork_OnlyRunningReachableAndNotLost_IsTrue(WorkerState state, bool unreachable, bool lost, bool takesWork) =>
        Assert.Equal(takesWork, (Sample.Worker(state: state) with { UnreachableSince = unreachable ? Sample.Now : null, LostSince = lost ? Sample.Now : null }).TakesWork);

    /// <summary>It is about to drain.</summary>
    [Theory]
    [InlineData(WorkerTarget.Stopped)]
    [InlineData(WorkerTarget.Terminated)]
    public void TakesWork_AskedToStop_IsFalse(WorkerTarget target) => Assert.False((Sample.Worker() with { Target = target }).TakesWork);

    [Theory]
    [InlineData(WorkerState.Pending, WorkerTarget.Running, true)]
    [InlineData(WorkerState.Provisioning, WorkerTarget.Running, true)]
    [InlineData(WorkerState.Provisioning, WorkerTarget.Terminated, false)]
    [InlineData(WorkerState.Stopped, WorkerTarget.Running, true)]
    [InlineData(WorkerState.Stopping, WorkerTarget.Running, true)]
    [InlineData(WorkerState.Stopped, WorkerTarget.Stopped, false)]
    [InlineData(WorkerState.Running, WorkerTarget.Running, false)]
    [InlineData(WorkerState.Draining, WorkerTarget.Running, false)]
    [InlineData(WorkerState.Failed, WorkerTarget.Running, false)]
    [InlineData(WorkerState.Terminated, WorkerTarget.Running, false)]
    public void IsComing_OnItsWayToRunning_IsTrue(WorkerState state, WorkerTarget target, bool coming)
    {
        Assert.Equal(coming, (Sample.Worker(state: state) with { Target = target }).IsComing);
        Assert.False((Sample.Worker(state: state) with { Target = target, LostSince = Sample.Now }).IsComing);
    }

    /// <summary>It may fail again and again; one that fails at something else, or is started anew after it was stopped, has not yet.</summary>
    [Theory]
    [InlineData(WorkerState.Failed, WorkerState.Provisioning, false)]
    [InlineData(WorkerState.Failed, WorkerState.Running, true)]
    [InlineData(WorkerState.Stopped, WorkerState.Provisioning, true)]
    [InlineData(WorkerState.Pending, null, true)]
    public void IsComing_BootThatFailedAndIsTriedAgain_IsFalse(WorkerState before, WorkerState? failedFrom, bool coming) => Assert.Equal(coming,
        (Sample.TriedAgain("w-1") with { FailedFrom = failedFrom, LastTransition = new Transition<WorkerState>(before, WorkerState.Provisioning, Sample.Now, "ccm/controller", "") }).IsComing);
}

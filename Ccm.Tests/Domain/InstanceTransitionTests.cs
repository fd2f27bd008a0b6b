using Ccm.Engine.Domain;

namespace Ccm.Tests.Domain;

/// <summary>The table of the rules, written out once more; every other pair of states is refused.</summary>
public sealed class InstanceTransitionTests
{
    private const string Rules = """
        PENDING       -> SCHEDULED, TERMINATED
        SCHEDULED     -> INSTANTIATING, PENDING if gone or unfit, TERMINATED if unbegun
        INSTANTIATING -> RUNNING, SCHEDULED, PENDING if gone, STOPPING
        RUNNING       -> COLLECTING, STOPPING, TERMINATED if gone
        COLLECTING    -> GRADING, STOPPING, TERMINATED if gone
        GRADING       -> STOPPING, TERMINATED if gone
        STOPPING      -> STOPPED, TERMINATED if gone or forced
        STOPPED       -> INSTANTIATING, ARCHIVED, TERMINATED if gone or forced
        ARCHIVED      -> TERMINATED
        TERMINATED    ->
        """;

    public static TheoryData<InstanceState, InstanceState> Pairs()
    {
        var pairs = new TheoryData<InstanceState, InstanceState>();
        foreach (var from in Enum.GetValues<InstanceState>())
        {
            foreach (var to in Enum.GetValues<InstanceState>())
                pairs.Add(from, to);
        }
        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void IsLegal_EveryPair_IsWhatTheRulesSay(InstanceState from, InstanceState to)
    {
        foreach (var (worker, gone, unfitState) in Workers())
        {
            foreach (var (begun, forced) in new[] { (false, false), (false, true), (true, false), (true, true) })
            {
                var instance = Sample.Instance(state: from) with { Checkpoint = begun ? new Checkpoint(CheckpointStep.Begun, null) : null, Forced = forced };
                var expected = Condition(from, to) is { } conditions && (conditions.Length == 0 || conditions.Any(condition => condition switch
                {
                    "gone" => gone,
                    "unbegun" => !begun,
                    "unfit" => !begun && unfitState,
                    "forced" => forced,
                    _ => throw new ArgumentException(condition),
                }));

                var legal = InstanceTransitions.IsLegal(from, to, InstanceTransitions.Facts(instance, worker));

                Assert.True(expected == legal, $"{from} to {to}: legal is {legal} with begun {begun}, forced {forced}, worker {worker?.State}, lost {worker?.LostSince}.");
            }
        }
    }

    private static IEnumerable<(Worker? Worker, bool Gone, bool Unfit)> Workers()
    {
        yield return (null, true, false);
        foreach (var state in Enum.GetValues<WorkerState>())
        {
            var unfit = state is WorkerState.Draining or WorkerState.Failed;
            yield return (Sample.Worker(state: state), state == WorkerState.Terminated, unfit);
            yield return (Sample.Worker(state: state) with { UnreachableSince = Sample.Now }, state == WorkerState.Terminated, unfit);
            yield return (Sample.Worker(state: state) with { LostSince = Sample.Now }, true, unfit);
        }
    }

    /// <summary>Null: never; empty: always; else when any of these is true.</summary>
    private static string[]? Condition(InstanceState from, InstanceState to)
    {
        var line = Rules.Split('\n').Single(line => line.Split("->")[0].Trim().Equals(from.ToString(), StringComparison.OrdinalIgnoreCase));
        var entry = line.Split("->")[1].Split(',', StringSplitOptions.TrimEntries).SingleOrDefault(next => next.Split(' ')[0].Equals(to.ToString(), StringComparison.OrdinalIgnoreCase));
        return entry is null ? null : entry.Contains(" if ", StringComparison.Ordinal) ? entry.Split(" if ")[1].Split(" or ") : [];
    }
}

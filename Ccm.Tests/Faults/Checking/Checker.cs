using System.Collections.Immutable;

namespace Ccm.Tests.Faults.Checking;

/// <summary>Holds what a run left behind against the invariants; reads nothing else and asks nobody.</summary>
internal static class Checker
{
    public static ImmutableArray<Violation> Check(Evidence evidence)
    {
        var steps = Replay.Of(evidence.Revisions);
        return
        [
            .. Replay.Gaps(evidence.Revisions, evidence.Final),
            .. steps.SelectMany(PlaceRules.Check),
            .. TermRules.Check(steps, [.. evidence.Calls.Select(call => call.Call.OperationId)]),
            .. CallRules.Check(evidence.Calls, steps),
            .. AuditRules.Check(steps, evidence.Final, evidence.Trail),
            .. RecoveryRules.Check(evidence.Calls, evidence.Faults, steps),
            .. ConvergenceRules.Check(evidence.Final, evidence.Replicas),
        ];
    }
}

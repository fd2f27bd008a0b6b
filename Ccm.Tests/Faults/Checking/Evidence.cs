using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Ccm.Engine.Documents;
using Ccm.Engine.State;

namespace Ccm.Tests.Faults.Checking;

/// <summary>One revision and when it was seen; that is after it was committed.</summary>
internal sealed record RecordedBatch(DateTimeOffset At, StateBatch Batch);

/// <summary>What a replica answers once all is quiet, by id: the lists' items as they came.</summary>
internal sealed record ReplicaAnswers(
    string Replica, ImmutableSortedDictionary<string, JsonNode> Instances, ImmutableSortedDictionary<string, JsonNode> Workers,
    ImmutableSortedDictionary<string, ImmutableArray<string>> Versions, ImmutableSortedDictionary<string, string> Leaders);

/// <summary>All that a run left behind. The checker reads nothing else.</summary>
internal sealed record Evidence
{
    public required ImmutableArray<CallRecord> Calls { get; init; }
    public required ImmutableArray<FaultMark> Faults { get; init; }

    /// <summary>Every revision from the store's first on.</summary>
    public required ImmutableArray<RecordedBatch> Revisions { get; init; }

    /// <summary>Linearizable, at the end.</summary>
    public required StateList Final { get; init; }

    /// <summary>All of it, oldest first.</summary>
    public required ImmutableArray<AuditEvent> Trail { get; init; }

    public required ImmutableArray<ReplicaAnswers> Replicas { get; init; }
}

/// <summary>What is checked; the first eight are the project's invariants.</summary>
internal enum Rule
{
    /// <summary>No instance is assigned twice, and each takes legal steps only.</summary>
    I1,

    /// <summary>No port of a worker is held by two instances.</summary>
    I2,

    /// <summary>What is left and what instances hold is what was declared.</summary>
    I3,

    /// <summary>What was acknowledged stands, what was refused does not, and nothing was done twice.</summary>
    I4,

    /// <summary>Each change has its events, each event stands in the trail once, and the chain is whole.</summary>
    I5,

    /// <summary>Nobody does or reads what their role forbids.</summary>
    I6,

    /// <summary>Service is back within its bound.</summary>
    I7,

    /// <summary>What every replica answers is what the store has.</summary>
    I8,

    /// <summary>The engine writes within a term only, and no decision of an earlier term is accepted.</summary>
    Fence,

    /// <summary>The recording is whole; else it proves nothing.</summary>
    Recording,
}

internal sealed record Violation(Rule Rule, string What)
{
    public override string ToString() => $"{Rule}: {What}";
}

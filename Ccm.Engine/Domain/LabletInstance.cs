using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Ccm.Engine.Domain;

/// <summary>A lab reserved for a timeslot, as it stands under <c>/ccm/instances/{id}/state</c>.</summary>
public sealed record LabletInstance
{
    public required string Id { get; init; }
    public required InstanceState State { get; init; }

    /// <summary>Where it should go; the controller walks there one legal step at a time.</summary>
    public InstanceTarget Target { get; init; } = InstanceTarget.Running;

    /// <summary>How it ended, or is bound to end; final at TERMINATED.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<Outcome>))]
    public Outcome? Outcome { get; init; }

    /// <summary>Name of the definition.</summary>
    public required string DefinitionId { get; init; }

    public required string Version { get; init; }
    public required string OwnerId { get; init; }

    /// <summary>Its slot starts when the lab is RUNNING; it never expires.</summary>
    public bool AsSoonAsPossible { get; init; }

    /// <summary>Null until RUNNING when as soon as possible.</summary>
    public DateTimeOffset? TimeslotStart { get; init; }

    /// <summary>Null until RUNNING when as soon as possible.</summary>
    public DateTimeOffset? TimeslotEnd { get; init; }

    public required int DurationMinutes { get; init; }

    /// <summary>An admin had it booked although the forecast refused it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Overbooked { get; init; }

    /// <summary>What placing and giving back need, frozen when it was reserved.</summary>
    public required LabRequest Request { get; init; }

    /// <summary>Ports held on its worker, by name; empty while nothing is held.</summary>
    public ImmutableSortedDictionary<string, int> Ports { get; init; } = ImmutableSortedDictionary<string, int>.Empty;

    /// <summary>Why it was placed where it is; null while it has no place.</summary>
    public string? PlacedBecause { get; init; }

    /// <summary>How far it got on its worker; null until it has begun there.</summary>
    public Checkpoint? Checkpoint { get; init; }

    /// <summary>Attempts at instantiation that failed.</summary>
    public int FailedAttempts { get; init; }

    /// <summary>No earlier attempt than this.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>What the assessment gave; null until it was graded.</summary>
    public Grade? Grade { get; init; }

    /// <summary>An admin wants it to end whatever its host does: one that is silent or refuses is not waited for.</summary>
    public bool Forced { get; init; }

    /// <summary>Since when; null while it is not.</summary>
    public DateTimeOffset? ForcedAt { get; init; }

    public required Transition<InstanceState> LastTransition { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required string CreatedBy { get; init; }

    /// <summary>The operation that reserved it.</summary>
    public required string OperationId { get; init; }

    [JsonIgnore]
    public bool HasBegun => Checkpoint is not null;

    /// <summary>Whether it holds capacity and ports of a worker.</summary>
    [JsonIgnore]
    public bool HoldsPlace => State is not (InstanceState.Pending or InstanceState.Terminated);

    /// <summary>The capacity it takes on its worker.</summary>
    [JsonIgnore]
    public Capacity Demand => Request.Demand;
}

/// <summary>What an instance asks of a worker.</summary>
public sealed record LabRequest
{
    public required LabResources Resources { get; init; }
    public required int Nodes { get; init; }
    public required int LicensedNodes { get; init; }

    /// <summary>Empty: any licence.</summary>
    public ImmutableArray<LicenseType> LicenseAffinity { get; init; } = [];

    /// <summary>Semantic version range; empty: any.</summary>
    public string CmlVersionRange { get; init; } = "";

    /// <summary>Where its worker must be; empty: anywhere.</summary>
    public string Region { get; init; } = "";

    public ImmutableArray<string> PortNames { get; init; } = [];

    /// <summary>The capacity it takes on its worker.</summary>
    [JsonIgnore]
    public Capacity Demand => new(Resources.CpuCores, Resources.MemoryGb, Resources.StorageGb, LicensedNodes);

    public static LabRequest Of(LabletDefinition definition) => new()
    {
        Resources = definition.Resources,
        Nodes = definition.NodeCount,
        LicensedNodes = definition.LicensedNodeCount,
        LicenseAffinity = definition.LicenseAffinity,
        CmlVersionRange = definition.CmlVersionRange,
        Region = definition.Region,
        PortNames = definition.PortNames,
    };
}

/// <summary>What an assessment platform gave.</summary>
/// <param name="MaxScore">The most that could be had; null when the platform did not say.</param>
/// <param name="Passed">Null when the platform did not say.</param>
/// <param name="GradedAt">When CCM stored it.</param>
/// <param name="EventSource">With <paramref name="EventId"/>: the event that told it.</param>
public sealed record Grade(decimal Score, decimal? MaxScore, bool? Passed, DateTimeOffset GradedAt, string EventSource, string EventId);

/// <param name="Step">The last step known to be done.</param>
/// <param name="LabId">The lab on the host, from IMPORTED on.</param>
public sealed record Checkpoint(CheckpointStep Step, string? LabId);

/// <summary>BEGUN comes before anything is done on the host, so that a successor knows to look there.</summary>
public enum CheckpointStep { Begun, Imported, Started }

/// <summary>A change of state.</summary>
public sealed record Transition<TState>(TState? From, TState To, DateTimeOffset At, string By, string Reason) where TState : struct;

public enum InstanceState { Pending, Scheduled, Instantiating, Running, Collecting, Grading, Stopping, Stopped, Archived, Terminated }

public enum InstanceTarget { Running, Stopped, Terminated }

public enum Outcome { Completed, Cancelled, Expired, Failed, WorkerLost }

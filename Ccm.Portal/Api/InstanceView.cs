using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Portal.Api;

internal sealed record InstanceView
{
    public required string Id { get; init; }
    public required InstanceState State { get; init; }

    /// <summary>RUNNING, STOPPED or TERMINATED: where it should go.</summary>
    public required InstanceTarget Target { get; init; }

    /// <summary>Completed, Cancelled, Expired, Failed or WorkerLost; null while it is not known.</summary>
    public required string? Outcome { get; init; }

    public required string DefinitionId { get; init; }
    public required string Version { get; init; }
    public required string OwnerId { get; init; }
    public required string? WorkerId { get; init; }
    public required bool AsSoonAsPossible { get; init; }

    /// <summary>Null until RUNNING when as soon as possible.</summary>
    public required DateTimeOffset? TimeslotStart { get; init; }

    public required DateTimeOffset? TimeslotEnd { get; init; }
    public required int DurationMinutes { get; init; }

    /// <summary>An admin had it booked although the forecast refused it.</summary>
    public required bool Overbooked { get; init; }

    /// <summary>Ports on its worker by name; empty while it holds none.</summary>
    public required ImmutableSortedDictionary<string, int> Ports { get; init; }

    public required Checkpoint? Checkpoint { get; init; }
    public required int FailedAttempts { get; init; }
    public required DateTimeOffset? RetryAt { get; init; }

    /// <summary>What the assessment gave; null until it was graded.</summary>
    public required Grade? Grade { get; init; }

    /// <summary>Why it is in its state.</summary>
    public required string Reason { get; init; }

    public required Transition<InstanceState> LastTransition { get; init; }
    public required LabResources Resources { get; init; }
    public required int NodeCount { get; init; }
    public required int LicensedNodeCount { get; init; }

    /// <summary>Where its worker must be; empty: anywhere.</summary>
    public required string Region { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public required string CreatedBy { get; init; }

    public static InstanceView Of(InstanceEntry entry) => Of(entry.Value, entry.WorkerId);

    public static InstanceView Of(LabletInstance instance, string? workerId) => new()
    {
        Id = instance.Id,
        State = instance.State,
        Target = instance.Target,
        Outcome = instance.Outcome?.ToString(),
        DefinitionId = instance.DefinitionId,
        Version = instance.Version,
        OwnerId = instance.OwnerId,
        WorkerId = workerId,
        AsSoonAsPossible = instance.AsSoonAsPossible,
        TimeslotStart = instance.TimeslotStart,
        TimeslotEnd = instance.TimeslotEnd,
        DurationMinutes = instance.DurationMinutes,
        Overbooked = instance.Overbooked,
        Ports = instance.Ports,
        Checkpoint = instance.Checkpoint,
        FailedAttempts = instance.FailedAttempts,
        RetryAt = instance.RetryAt,
        Grade = instance.Grade,
        Reason = instance.LastTransition.Reason,
        LastTransition = instance.LastTransition,
        Resources = instance.Request.Resources,
        NodeCount = instance.Request.Nodes,
        LicensedNodeCount = instance.Request.LicensedNodes,
        Region = instance.Request.Region,
        CreatedAt = instance.CreatedAt,
        CreatedBy = instance.CreatedBy,
    };
}

using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Ccm.Engine.Domain;

/// <summary>A host running CML, as it stands under <c>/ccm/workers/{id}/state</c>.</summary>
public sealed record Worker
{
    public required string Id { get; init; }
    public required WorkerState State { get; init; }
    public WorkerTarget Target { get; init; } = WorkerTarget.Running;

    /// <summary>Name of the template it was created from.</summary>
    public required string Template { get; init; }

    public required int TemplateRevision { get; init; }
    public required string Provider { get; init; }
    public required string Region { get; init; }
    public string InstanceType { get; init; } = "";
    public required LicenseType LicenseType { get; init; }
    public required string CmlVersion { get; init; }

    /// <summary>What it offers when empty; cores after over-commit.</summary>
    public required Capacity Declared { get; init; }

    /// <summary>How many times each core of the host is counted in <see cref="Declared"/>.</summary>
    public int CpuOvercommit { get; init; } = 1;

    public required PortRange PortRange { get; init; }

    /// <summary>Minutes from creation to ready, and from stopped to ready.</summary>
    public required int StartupTimeMinutes { get; init; }

    public required int RestartTimeMinutes { get; init; }
    public required int DrainTimeoutHours { get; init; }
    public decimal CostPerHour { get; init; }

    /// <summary>Null until the provider named it.</summary>
    public string? Address { get; init; }

    /// <summary>Null while it is not being drained; a failure does not end a drain.</summary>
    public DateTimeOffset? DrainStartedAt { get; init; }

    /// <summary>Since when the drain takes longer than its template allows; null while it does not.</summary>
    public DateTimeOffset? DrainOverdueSince { get; init; }

    /// <summary>Since when its host does not answer; null while it does.</summary>
    public DateTimeOffset? UnreachableSince { get; init; }

    /// <summary>What its host or provider last gave as the reason that it can take no work, or why it is silent; null: nothing is wrong.</summary>
    public string? Trouble { get; init; }

    /// <summary>The host is confirmed or declared gone.</summary>
    public DateTimeOffset? LostSince { get; init; }

    /// <summary>The state it failed in, to which a host that comes back returns.</summary>
    public WorkerState? FailedFrom { get; init; }

    /// <summary>An admin wants it stopped with what runs on it.</summary>
    public bool Forced { get; init; }

    public required Transition<WorkerState> LastTransition { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required string CreatedBy { get; init; }
    public required string OperationId { get; init; }

    /// <summary>When the drain is, or will be, overdue; null while it is not being drained.</summary>
    [JsonIgnore]
    public DateTimeOffset? DrainDueAt => DrainStartedAt?.AddHours(DrainTimeoutHours);

    [JsonIgnore]
    public WorkerKind Kind => new(LicenseType, CmlVersion, Region);

    [JsonIgnore]
    public bool IsGone => State == WorkerState.Terminated || LostSince is not null;

    /// <summary>Whether a lab may be placed on it: one that is asked to stop is about to drain.</summary>
    [JsonIgnore]
    public bool TakesWork => State == WorkerState.Running && Target == WorkerTarget.Running && UnreachableSince is null && LostSince is null && Trouble is null;

    /// <summary>
    /// Whether its capacity will be there soon: ordered, or being started again, and not refused. One that is silent has not failed yet;
    /// one that failed to boot may fail again and again, and is waited for by nobody before it runs.
    /// </summary>
    [JsonIgnore]
    public bool IsComing => State is WorkerState.Pending or WorkerState.Provisioning or WorkerState.Stopping or WorkerState.Stopped
        && Target == WorkerTarget.Running && LostSince is null && (Trouble is null || UnreachableSince is not null) && !BootsAfterFailure;

    /// <summary>Its last boot failed and is tried again.</summary>
    [JsonIgnore]
    public bool BootsAfterFailure => this is { State: WorkerState.Provisioning, FailedFrom: WorkerState.Provisioning, LastTransition.From: WorkerState.Failed };
}

/// <summary>What is free on a worker, under <c>/ccm/workers/{id}/capacity</c>.</summary>
/// <param name="ChangedAt">When something was last taken or given back: an empty worker is idle since then.</param>
public sealed record AvailableCapacity(int CpuCores, int MemoryGb, int StorageGb, int Nodes, DateTimeOffset ChangedAt)
{
    public static AvailableCapacity Of(Capacity amount, DateTimeOffset changedAt) =>
        new(amount.CpuCores, amount.MemoryGb, amount.StorageGb, amount.Nodes, changedAt);

    [JsonIgnore]
    public Capacity Amount => new(CpuCores, MemoryGb, StorageGb, Nodes);
}

public enum WorkerState { Pending, Provisioning, Running, Draining, Stopping, Stopped, Failed, Terminated }

public enum WorkerTarget { Running, Stopped, Terminated }

using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Portal.Api;

internal sealed record WorkerView
{
    public required string Id { get; init; }
    public required WorkerState State { get; init; }
    public required WorkerTarget Target { get; init; }
    public required string Template { get; init; }
    public required int TemplateRevision { get; init; }
    public required string Provider { get; init; }
    public required string Region { get; init; }
    public required string InstanceType { get; init; }
    public required LicenseType LicenseType { get; init; }
    public required string CmlVersion { get; init; }
    public required string? Address { get; init; }

    /// <summary>What it offers when empty; cores after over-commit.</summary>
    public required Capacity Declared { get; init; }

    /// <summary>What is free now, in the same units.</summary>
    public required Capacity Available { get; init; }

    public required PortRange PortRange { get; init; }

    /// <summary>Instances that hold a place on it.</summary>
    public required int InstanceCount { get; init; }

    public required DateTimeOffset? DrainStartedAt { get; init; }
    public required int DrainTimeoutHours { get; init; }

    /// <summary>Since when its drain takes longer than that; null while it does not.</summary>
    public required DateTimeOffset? DrainOverdueSince { get; init; }

    /// <summary>An admin wants what runs on it ended, and then it stopped.</summary>
    public required bool Forced { get; init; }

    /// <summary>Since when its host does not answer; null while it does.</summary>
    public required DateTimeOffset? UnreachableSince { get; init; }

    /// <summary>What its host or provider gave as the reason that it takes no work, or why it is silent; null: nothing is wrong.</summary>
    public required string? Trouble { get; init; }

    public required DateTimeOffset? LostSince { get; init; }
    public required decimal CostPerHour { get; init; }

    /// <summary>Why it is in its state.</summary>
    public required string Reason { get; init; }

    public required Transition<WorkerState> LastTransition { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required string CreatedBy { get; init; }

    public static WorkerView Of(WorkerEntry entry, FleetSnapshot snapshot)
    {
        var worker = entry.Value;
        return new WorkerView
        {
            Id = worker.Id,
            State = worker.State,
            Target = worker.Target,
            Template = worker.Template,
            TemplateRevision = worker.TemplateRevision,
            Provider = worker.Provider,
            Region = worker.Region,
            InstanceType = worker.InstanceType,
            LicenseType = worker.LicenseType,
            CmlVersion = worker.CmlVersion,
            Address = worker.Address,
            Declared = worker.Declared,
            Available = entry.Available,
            PortRange = worker.PortRange,
            InstanceCount = snapshot.InstancesByWorker.TryGetValue(worker.Id, out var ids) ? ids.Count : 0,
            DrainStartedAt = worker.DrainStartedAt,
            DrainTimeoutHours = worker.DrainTimeoutHours,
            DrainOverdueSince = worker.DrainOverdueSince,
            Forced = worker.Forced,
            UnreachableSince = worker.UnreachableSince,
            Trouble = worker.Trouble,
            LostSince = worker.LostSince,
            CostPerHour = worker.CostPerHour,
            Reason = worker.LastTransition.Reason,
            LastTransition = worker.LastTransition,
            CreatedAt = worker.CreatedAt,
            CreatedBy = worker.CreatedBy,
        };
    }
}

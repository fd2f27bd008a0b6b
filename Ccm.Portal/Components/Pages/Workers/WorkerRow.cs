using System.Collections.Immutable;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Portal.Components.Grid;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Pages.Workers;

/// <param name="Labs">How many instances have a place on it.</param>
internal sealed record WorkerRow(WorkerEntry Entry, int Labs)
{
    public Worker Value => Entry.Value;

    /// <summary>Why somebody should look at it; null: nobody need.</summary>
    public string? Trouble => this switch
    {
        { Value.LostSince: not null } => "its host is lost",
        { Value.UnreachableSince: not null } => "does not answer",
        { Value.DrainOverdueSince: not null } => "drain overdue",
        _ => Value.Trouble,
    };

    /// <summary>The same in a word, by which such workers are picked.</summary>
    public string? Kind => this switch
    {
        { Value.LostSince: not null } or { Value.State: WorkerState.Failed } => "failed",
        { Value.UnreachableSince: not null } => "silent",
        { Value.Trouble: not null } => "unfit",
        _ => null,
    };

    /// <summary>How its drain goes, whatever else is amiss; null: it is not drained.</summary>
    public string? Drain => this switch
    {
        { Value.DrainOverdueSince: not null } => "overdue",
        { Value.DrainStartedAt: not null } => "on-time",
        _ => null,
    };

    public static WorkerRow? Find(FleetSnapshot fleet, string id) =>
        fleet.Workers.TryGetValue(id, out var entry) ? new WorkerRow(entry, fleet.InstancesByWorker.GetValueOrDefault(id)?.Count ?? 0) : null;

    /// <summary>The workers themselves, and those that an instance came to or left.</summary>
    public static IEnumerable<string> Changed(FleetChange change) => change.Instances
        .SelectMany(id => new[] { change.Before.Instances.GetValueOrDefault(id)?.WorkerId, change.After.Instances.GetValueOrDefault(id)?.WorkerId }).OfType<string>().Concat(change.Workers);

    /// <summary>What an operator may ask of many workers at once.</summary>
    /// <param name="plans">What a drain will mean for each.</param>
    public static ImmutableArray<BulkAction<WorkerRow>> Bulk(Actor actor, ControlPlane control, RenderFragment<IReadOnlyList<WorkerRow>> plans) => !actor.May(Permission.OperateWorkers) ? [] :
    [
        new("Drain", "Each takes no new work. What has begun goes on until it ends; what has not is placed elsewhere. Then the worker stops; until then its drain can be cancelled.",
            row => row.Value.State == WorkerState.Running ? null : "not running",
            (row, token) => control.DrainWorkerAsync(actor, Operation.New(), row.Entry.Id, token)) { Plan = plans },
        new("Cancel drain", "Each takes work again.",
            row => row.Value.State == WorkerState.Draining ? null : "not being drained",
            (row, token) => control.CancelDrainAsync(actor, Operation.New(), row.Entry.Id, token)),
        new("Start", "Each is started again.",
            row => row.Value is { State: WorkerState.Stopped or WorkerState.Failed, Target: not WorkerTarget.Terminated } ? null : "not stopped",
            (row, token) => control.StartWorkerAsync(actor, Operation.New(), row.Entry.Id, token)),
    ];
}

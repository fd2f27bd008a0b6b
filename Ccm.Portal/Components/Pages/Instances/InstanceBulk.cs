using System.Collections.Immutable;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Portal.Components.Grid;

namespace Ccm.Portal.Components.Pages.Instances;

/// <summary>What may be asked of many instances at once. The control plane decides about each; here only what is plain to see is left out.</summary>
internal static class InstanceBulk
{
    public static readonly TimeSpan Extension = TimeSpan.FromMinutes(30);

    /// <summary>None for somebody who may act on nothing.</summary>
    public static ImmutableArray<BulkAction<InstanceEntry>> For(Actor actor, ControlPlane control)
    {
        if (!actor.May(Permission.ManageOwnInstances))
            return [];
        var actions = ImmutableArray.CreateBuilder<BulkAction<InstanceEntry>>();
        actions.Add(new("Stop", "The labs are stopped. They keep their places and ports, and can be started again before their slots end.",
            entry => Against(actor, entry) ?? (InstanceWords.MayStop(entry.Value) ? null : "not running"),
            (entry, token) => control.StopInstanceAsync(actor, Operation.New(), entry.Id, token)));
        actions.Add(new("Extend 30 min", "The slots end 30 minutes later than they do now. A slot is not extended where somebody was promised the place.",
            entry => Against(actor, entry) ?? (!InstanceWords.MayEnd(entry.Value) ? "ending already" : entry.Value.TimeslotEnd is null ? "without a slot yet" : null),
            (entry, token) => control.ExtendInstanceAsync(actor, Operation.New(), entry.Id, entry.Value.TimeslotEnd!.Value + Extension, token)) { Asked = "Extend {0} by 30 min" });
        if (actor.May(Permission.Collect))
            actions.Add(new("Collect", "The evidence of each lab is gathered; then it is graded and ends.",
                entry => InstanceWords.MayCollect(entry.Value) ? null : "not running",
                (entry, token) => control.CollectAsync(actor, Operation.New(), entry.Id, token)));
        actions.Add(new("End", "The labs are stopped, wiped and deleted on their workers, and their ports are given back. This cannot be undone.",
            entry => Against(actor, entry) ?? (InstanceWords.MayEnd(entry.Value) ? null : "over or ending already"),
            (entry, token) => control.CancelInstanceAsync(actor, Operation.New(), entry.Id, token)) { Grave = true });
        return actions.ToImmutable();
    }

    private static string? Against(Actor actor, InstanceEntry entry) => InstanceWords.MayManage(actor, entry.Value) ? null : "somebody else's";
}

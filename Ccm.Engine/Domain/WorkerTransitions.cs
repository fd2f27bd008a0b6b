using System.Collections.Immutable;
using static Ccm.Engine.Domain.WorkerState;

namespace Ccm.Engine.Domain;

/// <summary>Every legal change of a worker's state; what is not in the table is refused.</summary>
public static class WorkerTransitions
{
    /// <summary>When a row of the table may be taken.</summary>
    public enum When
    {
        Always,

        /// <summary>Nothing is held on it: available equals declared and no port is allocated.</summary>
        Empty,

        /// <summary>Back to the state it failed in.</summary>
        AsBefore,
    }

    public static readonly ImmutableArray<(WorkerState From, WorkerState To, When When)> Table =
    [
        (Pending, Provisioning, When.Always),
        (Pending, Terminated, When.Always),

        (Provisioning, Running, When.Always),
        (Provisioning, Stopping, When.Always),
        (Provisioning, Failed, When.Always),

        (Running, Draining, When.Always),
        (Running, Stopping, When.Empty),
        (Running, Failed, When.Always),

        (Draining, Running, When.Always),
        (Draining, Stopping, When.Empty),
        (Draining, Failed, When.Always),

        (Stopping, Stopped, When.Always),
        (Stopping, Failed, When.Always),

        (Stopped, Provisioning, When.Always),
        (Stopped, Terminated, When.Always),

        (Failed, Running, When.AsBefore),
        (Failed, Draining, When.AsBefore),
        (Failed, Provisioning, When.Empty),
        (Failed, Stopping, When.Empty),
        (Failed, Terminated, When.Empty),
    ];

    public static bool IsLegal(Worker worker, WorkerState to, bool empty) => Table.Any(row =>
        row.From == worker.State && row.To == to && row.When switch
        {
            When.Empty => empty,
            When.AsBefore => worker.FailedFrom == to,
            _ => true,
        });
}

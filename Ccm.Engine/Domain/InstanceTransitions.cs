using System.Collections.Immutable;
using static Ccm.Engine.Domain.InstanceState;

namespace Ccm.Engine.Domain;

/// <summary>Every legal change of an instance's state; what is not in the table is refused.</summary>
public static class InstanceTransitions
{
    /// <summary>When a row of the table may be taken.</summary>
    [Flags]
    public enum When
    {
        Always = 0,
        NotBegun = 1,
        WorkerGone = 2,
        Forced = 4,

        /// <summary>Not begun, and its worker is draining or FAILED.</summary>
        NotBegunAndWorkerUnfit = 8,
    }

    public static readonly ImmutableArray<(InstanceState From, InstanceState To, When When)> Table =
    [
        (Pending, Scheduled, When.Always),
        (Pending, Terminated, When.Always),

        (Scheduled, Instantiating, When.Always),
        (Scheduled, Pending, When.WorkerGone | When.NotBegunAndWorkerUnfit),
        (Scheduled, Terminated, When.NotBegun),

        (Instantiating, Running, When.Always),
        (Instantiating, Scheduled, When.Always),
        (Instantiating, Pending, When.WorkerGone),
        (Instantiating, Stopping, When.Always),

        (Running, Collecting, When.Always),
        (Running, Stopping, When.Always),
        (Running, Terminated, When.WorkerGone),

        (Collecting, Grading, When.Always),
        (Collecting, Stopping, When.Always),
        (Collecting, Terminated, When.WorkerGone),

        (Grading, Stopping, When.Always),
        (Grading, Terminated, When.WorkerGone),

        (Stopping, Stopped, When.Always),
        (Stopping, Terminated, When.WorkerGone | When.Forced),

        (Stopped, Instantiating, When.Always),
        (Stopped, Archived, When.Always),
        (Stopped, Terminated, When.WorkerGone | When.Forced),

        (Archived, Terminated, When.Always),
    ];

    /// <summary>Whether <paramref name="from"/> may become <paramref name="to"/> while <paramref name="holds"/> is true of it.</summary>
    public static bool IsLegal(InstanceState from, InstanceState to, When holds) =>
        Table.Any(row => row.From == from && row.To == to && (row.When == When.Always || (row.When & holds) != 0));

    /// <summary>What is true of an instance on this worker; null: the worker is gone.</summary>
    public static When Facts(LabletInstance instance, Worker? worker)
    {
        var facts = When.Always;
        if (!instance.HasBegun)
            facts |= When.NotBegun;
        if (worker is null or { IsGone: true })
            facts |= When.WorkerGone;
        if (instance.Forced)
            facts |= When.Forced;
        if (!instance.HasBegun && worker is { State: WorkerState.Draining or WorkerState.Failed })
            facts |= When.NotBegunAndWorkerUnfit;
        return facts;
    }
}

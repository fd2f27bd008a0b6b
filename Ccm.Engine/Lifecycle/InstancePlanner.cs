using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using static Ccm.Engine.Lifecycle.InstanceStep;

namespace Ccm.Engine.Lifecycle;

/// <summary>The next step of an instance, from what is known and the time alone.</summary>
internal static class InstancePlanner
{
    public const int MaxAttempts = 3;

    /// <summary>How long each step of a forced end may take on a host that answers and takes no new work: a lab's stop does.</summary>
    private static readonly TimeSpan ForcedPatience = TimeSpan.FromMinutes(2);

    /// <param name="worker">Its worker; null when it has none or the worker is gone with its keys.</param>
    public static InstanceStep Next(InstanceEntry entry, WorkerEntry? worker, DateTimeOffset now, LifecycleOptions options)
    {
        var instance = entry.Value;
        var gone = instance.HoldsPlace && (worker is null || worker.Value.IsGone);
        return instance.State switch
        {
            InstanceState.Pending => Pending(instance, now),
            InstanceState.Scheduled => Scheduled(instance, worker, gone, now),
            InstanceState.Instantiating => Instantiating(instance, worker, gone, now),
            InstanceState.Running => InUse(instance, gone, now, null),
            InstanceState.Collecting => InUse(instance, gone, now, options.CollectingLimit),
            InstanceState.Grading => InUse(instance, gone, now, options.GradingLimit),
            InstanceState.Stopping => Stopping(instance, worker, gone, now),
            InstanceState.Stopped => Stopped(instance, worker, gone, now),
            InstanceState.Archived => Archived(instance, worker, gone, now),
            _ => new Wait(null),
        };
    }

    /// <summary>Bound to end for good, once; the first reason to end stays.</summary>
    public static LabletInstance Ending(LabletInstance instance, Outcome outcome) => instance.Target == InstanceTarget.Terminated
        ? instance : instance with { Target = InstanceTarget.Terminated, Outcome = outcome };

    private static InstanceStep Pending(LabletInstance instance, DateTimeOffset now)
    {
        if (instance.Target == InstanceTarget.Terminated)
            return new Advance(InstanceState.Terminated, Because(instance), Same);
        return SlotPassed(instance, now)
            ? new Advance(InstanceState.Terminated, "Its slot passed and no place was found.", i => Ending(i, Outcome.Expired))
            : new Wait(instance.TimeslotEnd);
    }

    private static InstanceStep Scheduled(LabletInstance instance, WorkerEntry? worker, bool gone, DateTimeOffset now)
    {
        if (gone)
            return BackToPending("Its worker is gone.");
        if (!instance.HasBegun && instance.Target == InstanceTarget.Terminated)
            return new Advance(InstanceState.Terminated, Because(instance), Same);
        if (!instance.HasBegun && worker!.Value.State is WorkerState.Draining or WorkerState.Failed)
            return BackToPending($"Its worker is {worker!.Value.State.ToString().ToUpperInvariant()}.");
        if (instance.Target == InstanceTarget.Terminated)
            return new Advance(InstanceState.Instantiating, "Cancelled after it had begun.", Same);
        if (SlotPassed(instance, now))
            return new Note("Its slot ended.", i => Ending(i, Outcome.Expired));
        if (instance.RetryAt > now)
            return new Wait(instance.RetryAt);
        return worker!.Value.TakesWork || (instance.HasBegun && worker.Value.State == WorkerState.Draining && worker.Value.UnreachableSince is null)
            ? new Advance(InstanceState.Instantiating, instance.FailedAttempts == 0 ? "Its lab is brought to the worker." : $"Attempt {instance.FailedAttempts + 1} of {MaxAttempts}.",
                i => i with { Checkpoint = i.Checkpoint ?? new Checkpoint(CheckpointStep.Begun, null), RetryAt = null })
            : new Wait(null);
    }

    private static InstanceStep Instantiating(LabletInstance instance, WorkerEntry? worker, bool gone, DateTimeOffset now)
    {
        if (gone)
            return BackToPending("Its worker is gone.");
        if (instance.Target != InstanceTarget.Running)
            return new Advance(InstanceState.Stopping, Because(instance), Same);
        if (SlotPassed(instance, now))
            return new Advance(InstanceState.Stopping, "Its slot ended before it ran.", i => Ending(i, Outcome.Expired));
        if (!Answers(worker!))
            return new Wait(null);
        return new Act(instance.Checkpoint!.Step switch
        {
            CheckpointStep.Begun => HostAct.Import,
            CheckpointStep.Imported => HostAct.Start,
            _ => HostAct.AwaitStart,
        });
    }

    /// <param name="limit">How long it may be in its state; null: as long as its slot lasts. The slot's end counts in any case: the place is another's then.</param>
    private static InstanceStep InUse(LabletInstance instance, bool gone, DateTimeOffset now, TimeSpan? limit)
    {
        if (gone)
            return new Advance(InstanceState.Terminated, "Its worker is gone.", i => Ending(i, Outcome.WorkerLost));
        if (SlotPassed(instance, now))
            return new Advance(InstanceState.Stopping, "Its slot ended.", i => Ending(i, Outcome.Completed));
        if (instance.Target != InstanceTarget.Running)
            return new Advance(InstanceState.Stopping, Because(instance), Same);
        if (instance.LastTransition.At + limit is not { } until)
            return new Wait(instance.TimeslotEnd);
        return until <= now
            ? new Advance(InstanceState.Stopping, $"It was {instance.State.ToString().ToUpperInvariant()} for {limit}, and the assessment platform has not told that it is done.", i => Ending(i, Outcome.Failed))
            : new Wait(instance.TimeslotEnd < until ? instance.TimeslotEnd : until);
    }

    private static InstanceStep Stopping(LabletInstance instance, WorkerEntry? worker, bool gone, DateTimeOffset now)
    {
        if (gone)
            return new Advance(InstanceState.Terminated, "Its worker is gone.", i => Ending(i, Outcome.WorkerLost));
        if (GivenUp(instance, worker!, now))
            return new Advance(InstanceState.Terminated, "An admin forced its end.", Same);
        return Answers(worker!) ? new Act(HostAct.Stop) : new Wait(null);
    }

    private static InstanceStep Stopped(LabletInstance instance, WorkerEntry? worker, bool gone, DateTimeOffset now)
    {
        if (gone)
            return new Advance(InstanceState.Terminated, "Its worker is gone.", i => Ending(i, Outcome.WorkerLost));
        if (GivenUp(instance, worker!, now))
            return new Advance(InstanceState.Terminated, "An admin forced its end.", Same);
        if (instance.Target == InstanceTarget.Terminated)
            return new Advance(InstanceState.Archived, Because(instance), Same);
        if (SlotPassed(instance, now))
            return new Note("Its slot ended.", i => Ending(i, Outcome.Completed));
        return instance.Target == InstanceTarget.Running && worker!.Value.TakesWork
            ? new Advance(InstanceState.Instantiating, "Started again.", i => i with { FailedAttempts = 0, Checkpoint = i.Checkpoint?.LabId is { } lab ? new Checkpoint(CheckpointStep.Imported, lab) : new Checkpoint(CheckpointStep.Begun, null) })
            : new Wait(instance.TimeslotEnd);
    }

    private static InstanceStep Archived(LabletInstance instance, WorkerEntry? worker, bool gone, DateTimeOffset now) => gone || GivenUp(instance, worker!, now)
        ? new Advance(InstanceState.Terminated, gone ? "Its worker is gone, and its lab with it." : "An admin forced its end.", Same)
        : Answers(worker!) ? new Act(HostAct.Remove) : new Wait(null);

    private static Advance BackToPending(string reason) =>
        new(InstanceState.Pending, reason, i => i with { FailedAttempts = 0, RetryAt = null, Target = i.Target == InstanceTarget.Stopped ? InstanceTarget.Running : i.Target });

    /// <summary>Forced, and its host is silent, or does not get done what it is asked and takes no new work: while it does, the place of a lab that runs on would be another's.</summary>
    private static bool GivenUp(LabletInstance instance, WorkerEntry worker, DateTimeOffset now) => instance.Forced && (!Answers(worker)
        || (!worker.TakesWork && now >= (instance.ForcedAt > instance.LastTransition.At ? instance.ForcedAt.Value : instance.LastTransition.At) + ForcedPatience));

    private static bool Answers(WorkerEntry worker) => worker.Value is { State: WorkerState.Running or WorkerState.Draining, UnreachableSince: null };

    private static bool SlotPassed(LabletInstance instance, DateTimeOffset now) => instance.TimeslotEnd <= now && instance.Target != InstanceTarget.Terminated;

    private static string Because(LabletInstance instance) => instance.Target == InstanceTarget.Stopped ? "It was asked to stop." : instance.Outcome switch
    {
        Outcome.Cancelled => "It was cancelled.",
        Outcome.Expired => "Its slot passed.",
        Outcome.Failed => "It failed.",
        Outcome.WorkerLost => "Its worker was lost.",
        _ => instance.Grade is null ? "Its slot ended." : "It was graded.",
    };

    private static LabletInstance Same(LabletInstance instance) => instance;
}

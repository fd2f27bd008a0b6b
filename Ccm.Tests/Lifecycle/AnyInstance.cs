using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Tests.Domain;
using CsCheck;

namespace Ccm.Tests.Lifecycle;

/// <summary>An instance in any state with its worker in any condition, as the rules let them be together.</summary>
internal sealed record AnyInstance(InstanceEntry Entry, WorkerEntry? Worker)
{
    /// <summary>Of a placed instance's worker; null: gone with its keys.</summary>
    private static readonly Gen<Worker?> AnyWorker = Gen.Select(Gen.Enum<WorkerState>(), Gen.Int[0, 9], (state, fault) => fault == 9 ? null : Sample.Worker(state: state) with
    {
        UnreachableSince = fault is 7 or 8 ? Sample.Now : null,
        LostSince = fault is 6 or 8 ? Sample.Now : null,
    });

    private static readonly Gen<Outcome> Bound = Gen.Enum<Outcome>();

    public static readonly Gen<AnyInstance> Generator = Gen.Select(
        Gen.Enum<InstanceState>(), Gen.Enum<InstanceTarget>(), AnyWorker, Bound, Gen.Int[-2, 2], Gen.Int[0, 3],
        Gen.Select(Gen.Bool, Gen.Bool, Gen.Int[0, 2], Gen.Int[-1, 1]), Build);

    /// <param name="slot">Hours from now to the slot's end; 2: as soon as possible, without one yet.</param>
    private static AnyInstance Build(InstanceState state, InstanceTarget target, Worker? worker, Outcome outcome, int slot, int step, (bool Forced, bool Begun, int Failed, int Retry) more)
    {
        if (state is InstanceState.Archived or InstanceState.Terminated)
            target = InstanceTarget.Terminated;
        if (state is InstanceState.Pending or InstanceState.Scheduled && target == InstanceTarget.Stopped)
            target = InstanceTarget.Running;
        var begun = state is not (InstanceState.Pending or InstanceState.Terminated) && (state != InstanceState.Scheduled || more.Begun);
        var instance = Sample.Instance(state: state) with
        {
            Target = target,
            Outcome = target == InstanceTarget.Terminated ? outcome : null,
            Forced = target == InstanceTarget.Terminated && more.Forced,
            AsSoonAsPossible = slot == 2,
            TimeslotStart = slot == 2 ? null : Sample.Now.AddHours(-3),
            TimeslotEnd = slot == 2 ? null : Sample.Now.AddHours(slot),
            Checkpoint = !begun ? null : step == 0 ? new Checkpoint(CheckpointStep.Begun, null) : new Checkpoint(step == 1 ? CheckpointStep.Imported : CheckpointStep.Started, "lab-1"),
            FailedAttempts = more.Failed,
            RetryAt = state == InstanceState.Scheduled && more.Failed > 0 ? Sample.Now.AddMinutes(more.Retry) : null,
        };
        if (!instance.HoldsPlace)
            return new AnyInstance(new InstanceEntry(instance, 1, null), null);
        return new AnyInstance(new InstanceEntry(instance, 1, "w-1"), worker is null ? null : Sample.Fleet([], [worker]).Workers[worker.Id]);
    }
}

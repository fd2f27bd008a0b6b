using Ccm.Engine.Domain;

namespace Ccm.Engine.Scheduling;

/// <summary>How long things take, as planned with; simulated durations and these estimates are divided by the simulator's speed.</summary>
/// <param name="LeadMargin">Kept before every slot; never divided.</param>
/// <param name="Speed">1 is real time.</param>
public sealed record PlanningTimes(TimeSpan LeadMargin, double Speed)
{
    /// <summary>The provider whose hosts <see cref="Speed"/> is about.</summary>
    public const string Simulated = "simulated";

    /// <summary>As they are on that worker: only simulated hosts are faster than real ones.</summary>
    public PlanningTimes On(Worker worker) => worker.Provider == Simulated ? this : this with { Speed = 1 };

    /// <summary>Import and start of a lab of so many nodes.</summary>
    public TimeSpan LabStart(int nodes) => TimeSpan.FromSeconds((20 + (2 * nodes)) / Speed);

    public TimeSpan WorkerStart(int startupTimeMinutes) => TimeSpan.FromMinutes(startupTimeMinutes / Speed);

    /// <summary>When an instance becomes due on a worker that runs; as soon as possible is due from its creation on.</summary>
    public DateTimeOffset Due(LabletInstance instance) => instance.TimeslotStart is { } start && !instance.AsSoonAsPossible
        ? start - LabStart(instance.Request.Nodes) - LeadMargin : instance.CreatedAt;

    /// <summary>When it becomes due if a worker has to be started for it.</summary>
    public DateTimeOffset DueWithStart(LabletInstance instance, int startupTimeMinutes) =>
        instance.AsSoonAsPossible ? instance.CreatedAt : Due(instance) - WorkerStart(startupTimeMinutes);
}

namespace Ccm.Engine.Domain;

/// <summary>How long things take, as planned with; simulated durations and these estimates are divided by the simulator's speed.</summary>
/// <param name="LeadMargin">Kept before every slot; never divided.</param>
/// <param name="Speed">1 is real time.</param>
public sealed record PlanningTimes(TimeSpan LeadMargin, double Speed)
{
    /// <summary>The provider whose hosts <see cref="Speed"/> is about.</summary>
    public const string Simulated = "simulated";

    /// <summary>As they are on that worker: only simulated hosts are faster than real ones.</summary>
    public PlanningTimes On(Worker worker) => On(worker.Provider);

    public PlanningTimes On(string provider) => provider == Simulated ? this : this with { Speed = 1 };

    /// <summary>Some hosts are real: every slot is prepared as early as those need.</summary>
    public bool HasRealHosts { get; init; }

    /// <summary>A worker empty for so long is idle and may be stopped.</summary>
    public TimeSpan IdleCooldown { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>A worker stopped for so long is given back.</summary>
    public TimeSpan StoppedLimit { get; init; } = TimeSpan.FromHours(4);

    /// <summary>Import and start of a lab of so many nodes.</summary>
    public TimeSpan LabStart(int nodes) => TimeSpan.FromSeconds((20 + (2 * nodes)) / Speed);

    public TimeSpan WorkerStart(int startupTimeMinutes) => TimeSpan.FromMinutes(startupTimeMinutes / Speed);

    /// <summary>When a worker that is coming takes work, by its start-up time; past, when it takes longer than that.</summary>
    public DateTimeOffset ReadyAt(Worker worker, DateTimeOffset now) => worker switch
    {
        { State: WorkerState.Pending or WorkerState.Provisioning, LastTransition.From: not WorkerState.Stopped } => worker.LastTransition.At + On(worker).WorkerStart(worker.StartupTimeMinutes),
        { State: WorkerState.Provisioning } => worker.LastTransition.At + On(worker).WorkerStart(worker.RestartTimeMinutes),
        _ => now + On(worker).WorkerStart(worker.RestartTimeMinutes),
    };

    /// <summary>When an instance becomes due on a worker that runs; as soon as possible is due from its creation on.</summary>
    public DateTimeOffset Due(LabletInstance instance) => instance.TimeslotStart is { } start && !instance.AsSoonAsPossible
        ? start - Lead(instance.Request.Nodes) : instance.CreatedAt;

    /// <summary>How long before its slot a lab of so many nodes takes its place.</summary>
    public TimeSpan Lead(int nodes) => (HasRealHosts ? this with { Speed = 1 } : this).LabStart(nodes) + LeadMargin;

    /// <summary>When it becomes due if a worker has to be started for it.</summary>
    public DateTimeOffset DueWithStart(LabletInstance instance, int startupTimeMinutes) =>
        instance.AsSoonAsPossible ? instance.CreatedAt : Due(instance) - WorkerStart(startupTimeMinutes);

    /// <summary>Whether it is due. As soon as possible always is: its creation may lie ahead of a clock that was put back, or of another replica's.</summary>
    public bool IsDue(LabletInstance instance, DateTimeOffset now) => instance.AsSoonAsPossible || Due(instance) <= now;

    /// <summary>The same if a worker has to be started for it.</summary>
    public bool IsDueWithStart(LabletInstance instance, int startupTimeMinutes, DateTimeOffset now) => instance.AsSoonAsPossible || DueWithStart(instance, startupTimeMinutes) <= now;
}

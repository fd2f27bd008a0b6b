using System.Collections.Immutable;
using Ccm.Engine.Booking;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Lifecycle;
using Ccm.Engine.Scaling;
using Ccm.Engine.Scheduling;
using Ccm.Engine.Watching;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Booking;

/// <summary>
/// The real planners of placing, lifecycle and scaling on a clock that the test moves, with hosts that do at once or after their usual
/// time what they are asked. Nothing is stored: a snapshot is made anew for every pass.
/// </summary>
internal sealed class FleetInTime(PlanningTimes times, params WorkerTemplate[] templates)
{
    private static readonly ScalingOptions Scaling = new();
    private static readonly TimeSpan RetryFailed = TimeSpan.FromMinutes(1);
    private readonly Dictionary<string, (LabletInstance Value, string? WorkerId)> _labs = [];
    private readonly SortedDictionary<string, Worker> _workers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _changed = [];
    private int _made;

    public DateTimeOffset Now { get; private set; } = Sample.Now;

    public FleetSnapshot Snapshot
    {
        get
        {
            var fleet = Sample.Fleet(_labs.Values, _workers.Values, templates.Select(template => (template, _workers.Values.Count(worker => worker.Template == template.Name && worker.State != WorkerState.Terminated))));
            return fleet with
            {
                Workers = fleet.Workers.ToImmutableDictionary(pair => pair.Key, pair => !_changed.TryGetValue(pair.Key, out var at) ? pair.Value
                    : pair.Value with { Capacity = pair.Value.Capacity with { Value = pair.Value.Capacity.Value with { ChangedAt = at } } }),
            };
        }
    }

    public LabletInstance this[string id] => _labs[id].Value;

    public IEnumerable<LabletInstance> Labs => _labs.Values.Select(lab => lab.Value);

    /// <summary>When each first ran.</summary>
    public Dictionary<string, DateTimeOffset> Ran { get; } = [];

    /// <summary>Workers whose hosts never get ready: each boot fails and is tried again.</summary>
    public HashSet<string> NeverBoot { get; } = [];

    public BookingForecast Forecast => new(Snapshot, [.. templates], Now, times);

    public void Add(LabletInstance lab) => _labs[lab.Id] = (lab, null);

    public void Change(string id, Func<LabletInstance, LabletInstance> change) => _labs[id] = (change(_labs[id].Value), _labs[id].WorkerId);

    /// <summary>The clock is put to another time; what was going on is looked at then and not between.</summary>
    public void Jump(TimeSpan by)
    {
        Now += by;
        Pass();
    }

    /// <summary>Minute by minute; those in which nothing could come of it are passed over.</summary>
    public void RunUntil(DateTimeOffset time)
    {
        for (var scaled = Pass(); Now < time; scaled = Pass())
        {
            var next = scaled ? Now : Turns().Where(turn => turn > Now).Append(time).Min() - TimeSpan.FromTicks(1);
            Now += TimeSpan.FromMinutes(Math.Floor((next - Now).TotalMinutes) + 1);
        }
    }

    /// <summary>Whether the fleet is to grow or shrink.</summary>
    private bool Pass()
    {
        while (MoveLabs() | MoveWorkers() | Place())
        {
            // Until nothing moves any more.
        }
        return Scale();
    }

    /// <summary>All times at which a planner may decide otherwise than before, if nothing happens until then.</summary>
    private IEnumerable<DateTimeOffset> Turns()
    {
        var starts = templates.SelectMany(template => new[] { template.StartupTimeMinutes, template.RestartTimeMinutes }).Distinct().Select(times.WorkerStart).ToList();
        foreach (var (lab, _) in _labs.Values.Where(lab => lab.Value.State != InstanceState.Terminated))
        {
            yield return lab.LastTransition.At + times.LabStart(lab.Request.Nodes);
            if (lab.TimeslotEnd is { } end)
                yield return end;
            foreach (var start in lab.State == InstanceState.Pending ? starts : [])
            {
                yield return times.Due(lab);
                yield return times.Due(lab) - start;
                yield return times.Due(lab) - start - TimeSpan.FromMinutes(2);
                yield return times.Due(lab) - start - Scaling.IdleCooldown;
            }
        }
        foreach (var worker in _workers.Values)
        {
            yield return worker.LastTransition.At + times.WorkerStart(worker.StartupTimeMinutes);
            yield return worker.LastTransition.At + times.WorkerStart(worker.RestartTimeMinutes);
            yield return worker.LastTransition.At + Scaling.StoppedLimit;
            yield return worker.LastTransition.At + Scaling.IdleCooldown;
            yield return worker.LastTransition.At + (worker.State == WorkerState.Failed ? RetryFailed : GiveUpAfter(worker));
            if (_changed.TryGetValue(worker.Id, out var changed))
                yield return changed + Scaling.IdleCooldown;
        }
    }

    /// <summary>A fleet that has grown from nothing to whatever it needs for those of the slots that the forecast accepts, eight hours on.</summary>
    public static FleetInTime OfAccepted(WorkerTemplate[] templates, IEnumerable<LabletInstance> wanted)
    {
        var fleet = new FleetInTime(Booked.Times, templates);
        foreach (var slot in wanted.Where(slot => fleet.Forecast.Check(slot.Request, slot.TimeslotStart!.Value, slot.TimeslotEnd!.Value - slot.TimeslotStart.Value, Booked.Horizon) is null))
            fleet.Add(slot);
        fleet.RunUntil(Sample.Now.AddHours(8));
        return fleet;
    }

    public void AssertInTime() => Assert.All(Labs, lab =>
    {
        Assert.Equal(Outcome.Completed, lab.Outcome);
        Assert.True(Ran[lab.Id] <= lab.TimeslotStart, $"{lab.Id} ran at {Ran[lab.Id]:u}, its slot began at {lab.TimeslotStart:u}.");
    });

    private bool MoveLabs()
    {
        var moved = false;
        var snapshot = Snapshot;
        foreach (var entry in snapshot.Instances.Values.Where(entry => entry.Value.State != InstanceState.Terminated).OrderBy(entry => entry.Id, StringComparer.Ordinal))
        {
            var worker = entry.WorkerId is { } id ? snapshot.Workers.GetValueOrDefault(id) : null;
            var after = InstancePlanner.Next(entry, worker, Now, new LifecycleOptions()) switch
            {
                InstanceStep.Advance advance => Moved(advance.Change(entry.Value), advance.To, advance.Reason),
                InstanceStep.Note note => note.Change(entry.Value),
                InstanceStep.Act act => Acted(entry.Value, act.What),
                _ => entry.Value,
            };
            if (after == entry.Value)
                continue;
            Assert.True(after.State == entry.Value.State || InstanceTransitions.IsLegal(entry.Value.State, after.State, InstanceTransitions.Facts(entry.Value, worker?.Value)), $"{entry.Value.State} to {after.State}");
            if (after.State == InstanceState.Running)
                Ran.TryAdd(after.Id, Now);
            if (entry.WorkerId is { } left && !after.HoldsPlace)
                _changed[left] = Now;
            _labs[after.Id] = after.HoldsPlace ? (after, entry.WorkerId) : (after with { Ports = after.Ports.Clear() }, null);
            moved = true;
        }
        return moved;
    }

    private LabletInstance Acted(LabletInstance lab, HostAct act) => act switch
    {
        HostAct.Import => lab with { Checkpoint = new Checkpoint(CheckpointStep.Imported, $"lab-{lab.Id}") },
        HostAct.Start => lab with { Checkpoint = new Checkpoint(CheckpointStep.Started, $"lab-{lab.Id}") },
        HostAct.AwaitStart when Now >= lab.LastTransition.At + times.LabStart(lab.Request.Nodes) => Moved(lab.TimeslotStart is null
            ? lab with { TimeslotStart = Now, TimeslotEnd = Now.AddMinutes(lab.DurationMinutes) } : lab, InstanceState.Running, "Converged."),
        HostAct.Stop => Moved(lab, InstanceState.Stopped, "Stopped."),
        HostAct.Remove => Moved(lab, InstanceState.Terminated, "Deleted."),
        _ => lab,
    };

    private LabletInstance Moved(LabletInstance lab, InstanceState to, string reason) =>
        lab with { State = to, LastTransition = new Transition<InstanceState>(lab.State, to, Now, "test", reason) };

    private bool MoveWorkers()
    {
        var moved = false;
        var snapshot = Snapshot;
        foreach (var worker in _workers.Values.ToList())
        {
            WorkerState? next = worker switch
            {
                { State: WorkerState.Pending } => WorkerState.Provisioning,
                { State: WorkerState.Provisioning } when NeverBoot.Contains(worker.Id) => Now >= worker.LastTransition.At + GiveUpAfter(worker) ? WorkerState.Failed : null,
                { State: WorkerState.Failed } => Now >= worker.LastTransition.At + RetryFailed ? WorkerState.Provisioning : null,
                { State: WorkerState.Provisioning } when Now >= worker.LastTransition.At + times.WorkerStart(worker.LastTransition.From == WorkerState.Stopped ? worker.RestartTimeMinutes : worker.StartupTimeMinutes) => WorkerState.Running,
                { State: WorkerState.Running, Target: not WorkerTarget.Running } => WorkerState.Draining,
                { State: WorkerState.Draining } when snapshot.Workers[worker.Id].IsEmpty => WorkerState.Stopping,
                { State: WorkerState.Stopping } => WorkerState.Stopped,
                { State: WorkerState.Stopped, Target: WorkerTarget.Running } => WorkerState.Provisioning,
                { State: WorkerState.Stopped, Target: WorkerTarget.Terminated } => WorkerState.Terminated,
                _ => null,
            };
            if (next is not { } to)
                continue;
            _workers[worker.Id] = worker with
            {
                State = to, LastTransition = new Transition<WorkerState>(worker.State, to, Now, "test", ""),
                FailedFrom = to == WorkerState.Failed ? worker.State : worker.FailedFrom,
            };
            moved = true;
        }
        return moved;
    }

    /// <summary>As the controller has it for a host that does not become ready.</summary>
    private TimeSpan GiveUpAfter(Worker worker) => (times.WorkerStart(worker.StartupTimeMinutes) * 3) + TimeSpan.FromMinutes(5);

    private bool Place()
    {
        var placements = PlacementPlanner.Plan(Snapshot, Now, times).Placements;
        foreach (var placement in placements)
            _labs[placement.Instance.Id] = (Moved(placement.Instance.Value, InstanceState.Scheduled, placement.Reason) with { Ports = placement.Ports }, placement.Worker.Id);
        return !placements.IsEmpty;
    }

    private bool Scale()
    {
        var decided = false;
        foreach (var decision in ScalingPlanner.Plan(Snapshot, [.. templates], Now, times, Scaling))
        {
            decided |= decision is not (ScalingDecision.SkipUp or ScalingDecision.SkipMinimum or ScalingDecision.SkipDown);
            switch (decision)
            {
                case ScalingDecision.Create create:
                    var id = $"w-{_made++:D3}";
                    _workers[id] = Sample.WorkerOf(templates.Single(template => template.Name == create.Template), id, WorkerState.Pending) with
                    {
                        LastTransition = new Transition<WorkerState>(null, WorkerState.Pending, Now, "test", create.Reason),
                    };
                    break;
                case ScalingDecision.Restart restart:
                    Retarget(restart.WorkerId, WorkerTarget.Running);
                    break;
                case ScalingDecision.Stop stop:
                    Retarget(stop.WorkerId, WorkerTarget.Stopped);
                    break;
                case ScalingDecision.Terminate terminate:
                    Retarget(terminate.WorkerId, WorkerTarget.Terminated);
                    break;
            }
        }
        return decided;
    }

    private void Retarget(string workerId, WorkerTarget target) => _workers[workerId] = _workers[workerId] with { Target = target };
}

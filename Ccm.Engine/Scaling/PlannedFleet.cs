using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.Scheduling;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Scaling;

/// <summary>The fleet as it will be once what was decided has come: rooms that waiting work is laid into.</summary>
internal sealed class PlannedFleet
{
    private readonly FleetSnapshot _snapshot;
    private readonly ImmutableArray<WorkerTemplate> _templates;
    private readonly List<Room> _rooms = [];
    private readonly HashSet<string> _restarted = [];
    private readonly Dictionary<string, int> _workers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _without = new(StringComparer.Ordinal);

    public PlannedFleet(FleetSnapshot snapshot, ImmutableArray<WorkerTemplate> templates)
    {
        _snapshot = snapshot;
        _templates = templates;
        foreach (var worker in snapshot.Workers.Values.Where(worker => worker.TakesWork || worker.Value.IsComing).OrderBy(worker => worker.Id, StringComparer.Ordinal))
            _rooms.Add(new Room(worker.Value.Kind, worker.Available, worker.Ports.Value.FreeCount));
        foreach (var (name, pointer) in snapshot.Templates)
            _workers[name] = pointer.Value.Workers;
        foreach (var worker in snapshot.Workers.Values.Where(worker => worker.Value is { State: WorkerState.Pending, Trouble: not null }))
            _without.Add(worker.Value.Template);
    }

    /// <summary>Lays it into the tightest room that takes it; false when none does.</summary>
    public bool Place(LabletInstance instance)
    {
        var room = _rooms.Where(room => room.Fits(instance)).MinBy(room => room.Available.Nodes + room.Available.MemoryGb + room.Available.CpuCores);
        room?.Take(instance);
        return room is not null;
    }

    /// <summary>A stopped worker restarted, else the cheapest template's new one; or why neither.</summary>
    public ScalingDecision Grow(LabletInstance instance, DateTimeOffset now, PlanningTimes times)
    {
        var stopped = _snapshot.Workers.Values.Where(worker => worker.Value is { State: WorkerState.Stopped or WorkerState.Stopping, Target: WorkerTarget.Stopped, LostSince: null }
                && !_restarted.Contains(worker.Id) && worker.Value.Declared.Fits(instance.Demand)
                && worker.Value.PortRange.Count >= instance.Request.PortNames.Length && Compatibility.Fits(instance.Request, worker.Value.Kind))
            .OrderBy(worker => worker.Value.CostPerHour).ThenBy(worker => worker.Id, StringComparer.Ordinal).FirstOrDefault();
        if (stopped is not null)
        {
            if (!times.IsDueWithStart(instance, stopped.Value.RestartTimeMinutes, now))
                return new ScalingDecision.SkipUp(instance.Id, $"{stopped.Id} would be ready again before it is needed.");
            _restarted.Add(stopped.Id);
            Add(stopped.Value.Kind, stopped.Value.Declared, stopped.Value.PortRange.Count, instance);
            return new ScalingDecision.Restart(stopped.Id, $"{instance.Id} fits nowhere else; restarting takes {stopped.Value.RestartTimeMinutes} minutes.");
        }
        var fitting = _templates.Where(template => template.Enabled && template.Declared.Fits(instance.Demand) && template.PortRange.Count >= instance.Request.PortNames.Length
                && Compatibility.Fits(instance.Request, template.Kind))
            .OrderBy(template => template.CostPerHour).ThenBy(template => template.Name, StringComparer.Ordinal).ToList();
        if (fitting.Count == 0)
            return new ScalingDecision.SkipUp(instance.Id, $"No enabled template makes a worker large enough, licensed and of the version it needs{(instance.Request.Region is { Length: > 0 } region ? $" in region {region}" : "")}.");
        var template = fitting.FirstOrDefault(MayCreate);
        if (template is null)
            return new ScalingDecision.SkipUp(instance.Id, $"Every template that fits is at its maximum{(fitting.Exists(t => _without.Contains(t.Name)) ? " or has a worker for which there is no host" : "")}: {string.Join(", ", fitting.Select(t => $"{t.Name} {t.MaxWorkers}"))}.");
        if (!times.IsDueWithStart(instance, template.StartupTimeMinutes, now))
            return new ScalingDecision.SkipUp(instance.Id, $"A worker of {template.Name} would be ready before it is needed.");
        var decision = Create(template, $"{instance.Id} fits nowhere; {template.Name} is the cheapest that takes it.");
        _rooms[^1].Take(instance);
        return decision;
    }

    /// <summary>A provider that has no host for the last worker has none for one more.</summary>
    public bool MayCreate(WorkerTemplate template) => !_without.Contains(template.Name) && _workers.GetValueOrDefault(template.Name) < template.MaxWorkers;

    public ScalingDecision.Create Create(WorkerTemplate template, string reason)
    {
        _workers[template.Name] = _workers.GetValueOrDefault(template.Name) + 1;
        _rooms.Add(new Room(template.Kind, template.Declared, template.PortRange.Count));
        return new ScalingDecision.Create(template.Name, reason);
    }

    private void Add(WorkerKind kind, Capacity declared, int ports, LabletInstance first)
    {
        _rooms.Add(new Room(kind, declared, ports));
        _rooms[^1].Take(first);
    }

    private sealed class Room(WorkerKind kind, Capacity available, int ports)
    {
        private int _ports = ports;

        public Capacity Available { get; private set; } = available;

        public bool Fits(LabletInstance instance) => Available.Fits(instance.Demand) && _ports >= instance.Request.PortNames.Length && Compatibility.Fits(instance.Request, kind);

        public void Take(LabletInstance instance)
        {
            Available -= instance.Demand;
            _ports -= instance.Request.PortNames.Length;
        }
    }
}

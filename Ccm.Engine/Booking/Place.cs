using Ccm.Engine.Domain;

namespace Ccm.Engine.Booking;

/// <summary>A worker that exists, or one that a template can still make, while a forecast fills and empties it.</summary>
internal sealed class Place(PlaceKind kind, string? workerId, DateTimeOffset ready, bool leaving, Idleness idleness, Coming coming = Coming.No)
{
    private Idleness _idleness = idleness;
    private bool _begun;
    private int _cpu = kind.Declared.CpuCores;
    private int _memory = kind.Declared.MemoryGb;
    private int _storage = kind.Declared.StorageGb;
    private int _nodes = kind.Declared.Nodes;
    private int _ports = kind.Ports;

    public PlaceKind Kind => kind;

    /// <summary>Null: a template would have to make it.</summary>
    public string? WorkerId => workerId;

    /// <summary>No lab can be started on it earlier.</summary>
    public DateTimeOffset Ready => ready;

    /// <summary>It drains, has failed or does not answer, or boots again after it failed: of use once it has been started anew, and not before.</summary>
    public bool IsLeaving => leaving;

    /// <summary>In which order those that exist no sooner were made; -1 for those that do.</summary>
    public int Number { get; init; } = -1;

    public Coming Coming => coming;

    /// <summary>It is coming and nobody was laid onto it yet.</summary>
    public bool IsAwaited => coming != Coming.No && !_begun && Labs == 0;

    public int Labs { get; private set; }

    public Load Used => new(kind.Declared.CpuCores - _cpu, kind.Declared.MemoryGb - _memory, kind.Declared.StorageGb - _storage, kind.Declared.Nodes - _nodes, kind.Ports - _ports);

    /// <summary>Who was on it from when to when, in order of arrival.</summary>
    public List<(DateTimeOffset From, DateTimeOffset Until, Claim Claim)> History { get; } = [];

    /// <summary>Takes work then without a decision to start it.</summary>
    public bool Runs(DateTimeOffset at) => Labs > 0 || (!IsAwaited && at <= _idleness.RunsUntil);

    /// <summary>Stands still then, and would be started again before a new one is made.</summary>
    public bool IsStopped(DateTimeOffset at) => !IsAwaited && !Runs(at) && at <= _idleness.StaysUntil;

    /// <summary>Has been given back by then, so that its template may make another.</summary>
    public bool IsGone(DateTimeOffset at) => !IsAwaited && !Runs(at) && at > _idleness.StaysUntil;

    public bool HasRoom(Claim claim)
    {
        var demand = claim.Demand;
        return demand.CpuCores <= _cpu && demand.MemoryGb <= _memory && demand.StorageGb <= _storage && demand.Nodes <= _nodes && claim.Ports <= _ports;
    }

    /// <summary>How much of everything it lacks for it, as the planner counts.</summary>
    public int Shortage(Claim claim) => Math.Max(0, claim.Demand.CpuCores - _cpu) + Math.Max(0, claim.Demand.MemoryGb - _memory)
        + Math.Max(0, claim.Demand.StorageGb - _storage) + Math.Max(0, claim.Demand.Nodes - _nodes);

    /// <summary>Mean share in use with it, as the planner scores: the highest is the tightest.</summary>
    public double UtilisationWith(Claim claim)
    {
        var declared = kind.Declared;
        return 1 - ((Share(_cpu - claim.Demand.CpuCores, declared.CpuCores) + Share(_memory - claim.Demand.MemoryGb, declared.MemoryGb)
            + Share(_storage - claim.Demand.StorageGb, declared.StorageGb) + Share(_nodes - claim.Demand.Nodes, declared.Nodes)) / 4);
    }

    public void Take(Claim claim, DateTimeOffset from, DateTimeOffset until)
    {
        _begun = true;
        History.Add((from, until, claim));
        Change(claim, -1);
    }

    /// <summary>Takes or gives back without a trace, to see what would be.</summary>
    public void Suppose(Claim claim, bool taken) => Change(claim, taken ? -1 : 1);

    public void Start(Idleness idle) => (_idleness, _begun) = (idle, true);

    /// <summary>Something was due then that it could have taken.</summary>
    public void KeepRunning(DateTimeOffset at, PlanningTimes times)
    {
        var again = new Idleness(at + times.IdleCooldown + times.WorkerStart(kind.StartupTimeMinutes), at + times.StoppedLimit);
        if (again.RunsUntil > _idleness.RunsUntil)
            _idleness = again with { StaysUntil = again.StaysUntil > _idleness.StaysUntil ? again.StaysUntil : _idleness.StaysUntil };
    }

    /// <param name="idle">What becomes of it if that leaves it empty.</param>
    public void GiveBack(Claim claim, Idleness idle)
    {
        Change(claim, 1);
        if (Labs == 0)
            _idleness = idle;
    }

    private void Change(Claim claim, int sign)
    {
        Labs -= sign;
        _cpu += sign * claim.Demand.CpuCores;
        _memory += sign * claim.Demand.MemoryGb;
        _storage += sign * claim.Demand.StorageGb;
        _nodes += sign * claim.Demand.Nodes;
        _ports += sign * claim.Ports;
    }

    private static double Share(int part, int whole) => whole == 0 ? 0 : (double)part / whole;
}

/// <summary>Whether a worker that does not run yet was ordered, and how.</summary>
internal enum Coming { No, Made, Restarted }

/// <summary>How long an empty worker goes on running, and how long it is kept at all, as scaling has it.</summary>
internal readonly record struct Idleness(DateTimeOffset RunsUntil, DateTimeOffset StaysUntil)
{
    /// <summary>An idle worker runs on for its cooldown, and for another and a start-up while something is due that it could take.</summary>
    public static Idleness Since(DateTimeOffset empty, TimeSpan start, PlanningTimes times) =>
        new(empty + times.IdleCooldown + times.IdleCooldown + start, empty + times.IdleCooldown + times.StoppedLimit);

    public static Idleness Stopped(DateTimeOffset since, PlanningTimes times) => new(DateTimeOffset.MinValue, since + times.StoppedLimit);
}

/// <summary>What decides whether a lab can ever be on a worker, and what it costs.</summary>
internal sealed record PlaceKind(string Template, Capacity Declared, int Ports, WorkerKind Worker, decimal CostPerHour, int StartupTimeMinutes)
{
    public static PlaceKind Of(Worker worker) => new(worker.Template, worker.Declared, worker.PortRange.Count, worker.Kind, worker.CostPerHour, worker.StartupTimeMinutes);

    public static PlaceKind Of(WorkerTemplate template) =>
        new(template.Name, template.Declared, template.PortRange.Count, template.Kind, template.CostPerHour, template.StartupTimeMinutes);

    /// <summary>How many labs like one that it could hold, were it empty. Of what takes nothing it holds one for each port.</summary>
    public long Holds(Claim claim)
    {
        var (asked, offered) = (Load.Of(claim), Load.Of(Declared, Ports));
        return Conflict.Resources.Where(resource => asked[resource] > 0).Select(resource => offered[resource] / asked[resource]).DefaultIfEmpty(Ports).Min();
    }

    public bool CouldHold(Claim claim) => Declared.Fits(claim.Demand) && claim.Ports <= Ports && Compatibility.Fits(claim.Request, Worker);
}

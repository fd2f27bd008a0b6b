using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Ccm.Engine.Auditing;
using Ccm.Engine.Domain;
using Ccm.Engine.State;

namespace Ccm.Engine.Watching;

/// <summary>
/// Makes the next snapshot from the last and one batch of keys. A value that cannot be read is reported, and the object keeps what it
/// had and says so, so that one bad key never blinds the rest.
/// </summary>
internal sealed class SnapshotBuilder(FleetSnapshot before, Action<string, Exception> unreadable, OwnWrites? own = null)
{
    private readonly Dictionary<string, PartialWorker> _workers = [];
    private readonly Dictionary<string, PartialInstance> _instances = [];
    private ImmutableDictionary<string, Revised<DefinitionPointer>> _definitions = before.Definitions;
    private ImmutableDictionary<string, Revised<TemplatePointer>> _templates = before.Templates;
    private ImmutableDictionary<string, LeaderEntry> _leaders = before.Leaders;
    private ImmutableDictionary<string, ReplicaEntry> _replicas = before.Replicas;
    private ImmutableDictionary<string, long> _outbox = before.Outbox;
    private ImmutableSortedDictionary<string, UnreadableValue> _unreadable = before.Unreadable;
    private Revised<Notice>? _notice = before.Notice;

    public void Apply(string key, StateEntry? entry)
    {
        try
        {
            Read(key, entry);
            _unreadable = _unreadable.Remove(key);
        }
        catch (Exception exception) when (exception is JsonException or FormatException or NotSupportedException)
        {
            Report(key, entry!.ModRevision, exception);
        }
    }

    public FleetChange Build(long revision)
    {
        var instances = before.Instances.ToBuilder();
        var byWorker = before.InstancesByWorker.ToBuilder();
        var byState = before.InstancesByState.ToBuilder();
        var newestFirst = before.NewestFirst.ToBuilder();
        foreach (var (id, partial) in _instances)
        {
            var known = before.Instances.GetValueOrDefault(id);
            var now = partial.State is { } state ? new InstanceEntry(state, partial.ModRevision, partial.WorkerId) { Unreadable = UnreadableOf(StateKeys.InstanceState(id), StateKeys.InstanceWorker(id)) } : null;
            Move(byWorker, known?.WorkerId, now?.WorkerId, id);
            Move(byState, known?.Value.State, now?.Value.State, id);
            if (now is null)
                instances.Remove(id);
            else
                instances[id] = now;
            if (known?.Value.CreatedAt == now?.Value.CreatedAt)
                continue;
            if (known is not null)
                newestFirst.Remove(InstancePlace.Of(known));
            if (now is not null)
                newestFirst.Add(InstancePlace.Of(now));
        }
        var workers = before.Workers.ToBuilder();
        var vacancies = before.Vacancies.ToBuilder();
        foreach (var (id, partial) in _workers)
        {
            var worker = Settle(id, partial);
            Vacancy.Move(vacancies, before.Workers.GetValueOrDefault(id), worker);
            if (worker is null)
                workers.Remove(id);
            else
                workers[id] = worker;
        }
        var after = before with
        {
            Revision = revision,
            Instances = instances.ToImmutable(),
            Workers = workers.ToImmutable(),
            Vacancies = vacancies.ToImmutable(),
            Definitions = _definitions,
            Templates = _templates,
            Leaders = _leaders,
            Replicas = _replicas,
            Outbox = _outbox,
            Unreadable = _unreadable,
            Notice = _notice,
            NewestFirst = newestFirst.ToImmutable(),
            InstancesByWorker = byWorker.ToImmutable(),
            InstancesByState = byState.ToImmutable(),
        };
        return new FleetChange(before, after, false, [.. _instances.Keys], [.. _workers.Keys],
            !ReferenceEquals(_definitions, before.Definitions), !ReferenceEquals(_templates, before.Templates),
            !ReferenceEquals(_leaders, before.Leaders), !ReferenceEquals(_outbox, before.Outbox));
    }

    private WorkerEntry? Settle(string id, PartialWorker partial)
    {
        WorkerEntry? settled;
        try
        {
            settled = partial.Settled;
        }
        catch (FormatException exception)
        {
            Report(StateKeys.WorkerPorts(id), partial.Ports!.ModRevision, exception);
            settled = partial.Known;
        }
        return settled is null ? null : settled with { Unreadable = UnreadableOf(StateKeys.WorkerCapacity(id), StateKeys.WorkerPorts(id), StateKeys.WorkerState(id)) };
    }

    private void Report(string key, long revision, Exception exception)
    {
        _unreadable = _unreadable.SetItem(key, new UnreadableValue(key, revision, exception.Message));
        unreadable(key, exception);
    }

    private UnreadableValue? UnreadableOf(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (_unreadable.TryGetValue(key, out var found))
                return found;
        }
        return null;
    }

    private void Read(string key, StateEntry? entry)
    {
        if (Under(key, StateKeys.Instances) is { } instance)
            ReadInstance(instance, entry);
        else if (Under(key, StateKeys.Workers) is { } worker)
            ReadWorker(worker, entry);
        else if (Under(key, StateKeys.Outbox) is { } operation)
            ReadOutbox(operation, entry);
        else if (Under(key, StateKeys.Definitions) is { } definition)
            _definitions = Set(_definitions, definition, entry);
        else if (Under(key, StateKeys.Templates) is { } template)
            _templates = Set(_templates, template, entry);
        else if (Under(key, StateKeys.Replicas) is { } replica)
            _replicas = entry is null ? _replicas.Remove(replica) : _replicas.SetItem(replica, DomainJson.Read<ReplicaEntry>(entry.Value.Span));
        else if (key == StateKeys.AuditHead)
            _ = entry is null ? null : AuditHead.Read(entry.Value.Span);
        else if (key == StateKeys.Notice)
            _notice = entry is null ? null : new Revised<Notice>(DomainJson.Read<Notice>(entry.Value.Span), entry.ModRevision);
        else if (key is StateKeys.SchedulerLeader or StateKeys.ControllerLeader)
            _leaders = entry is null ? _leaders.Remove(key)
                : _leaders.SetItem(key, DomainJson.Read<LeaderEntry>(entry.Value.Span) with { CreateRevision = entry.CreateRevision, LeaseId = entry.LeaseId });
    }

    /// <summary>It waits whatever it holds. That it can be read is found out here, for the people of every replica and not only the leader's.</summary>
    private void ReadOutbox(string operation, StateEntry? entry)
    {
        _outbox = entry is null ? _outbox.Remove(operation) : _outbox.SetItem(operation, entry.ModRevision);
        if (entry is not null && own?.Take<object>(entry) is null)
            _ = OutboxEntry.Read(entry.Value.Span);
    }

    private static string? Under(string key, string prefix) =>
        key.StartsWith(prefix, StringComparison.Ordinal) ? key[prefix.Length..] : null;

    private void ReadInstance(string rest, StateEntry? entry)
    {
        if (rest.Split('/') is not [var id, var part])
            return;
        if (!_instances.TryGetValue(id, out var partial))
            _instances[id] = partial = PartialInstance.Of(before.Instances.GetValueOrDefault(id));
        if (part == "state")
        {
            partial.State = entry is null ? null : ReadState<LabletInstance>(entry);
            partial.ModRevision = entry?.ModRevision ?? 0;
        }
        else if (part == "worker")
        {
            partial.WorkerId = entry is null ? null : Encoding.UTF8.GetString(entry.Value.Span);
        }
    }

    private void ReadWorker(string rest, StateEntry? entry)
    {
        if (rest.Split('/') is not [var id, var part])
            return;
        if (!_workers.TryGetValue(id, out var partial))
            _workers[id] = partial = PartialWorker.Of(before.Workers.GetValueOrDefault(id));
        if (part == "state")
            partial.State = entry is null ? null : new Revised<Worker>(ReadState<Worker>(entry), entry.ModRevision);
        else if (part == "capacity")
            partial.Capacity = entry is null ? null : new Revised<AvailableCapacity>(DomainJson.Read<AvailableCapacity>(entry.Value.Span), entry.ModRevision);
        else if (part == "ports")
            partial.Ports = entry is null ? null : new Revised<string>(Encoding.UTF8.GetString(entry.Value.Span), entry.ModRevision);
    }

    private T ReadState<T>(StateEntry entry) where T : class => own?.Take<T>(entry) ?? DomainJson.Read<T>(entry.Value.Span);

    internal static void Move<TKey>(ImmutableDictionary<TKey, ImmutableHashSet<string>>.Builder index, object? from, object? to, string id)
        where TKey : notnull
    {
        if (Equals(from, to))
            return;
        if (from is TKey old)
        {
            var left = index[old].Remove(id);
            if (left.IsEmpty)
                index.Remove(old);
            else
                index[old] = left;
        }
        if (to is TKey now)
            index[now] = (index.TryGetValue(now, out var ids) ? ids : []).Add(id);
    }

    private static ImmutableDictionary<string, Revised<T>> Set<T>(ImmutableDictionary<string, Revised<T>> values, string name, StateEntry? entry) =>
        entry is null ? values.Remove(name) : values.SetItem(name, new Revised<T>(DomainJson.Read<T>(entry.Value.Span), entry.ModRevision));

    private sealed class PartialInstance
    {
        public LabletInstance? State { get; set; }
        public long ModRevision { get; set; }
        public string? WorkerId { get; set; }

        public static PartialInstance Of(InstanceEntry? known) =>
            new() { State = known?.Value, ModRevision = known?.ModRevision ?? 0, WorkerId = known?.WorkerId };
    }

    /// <summary>Ports are kept as text until the range is known: their key comes before the state's.</summary>
    private sealed class PartialWorker
    {
        public Revised<Worker>? State { get; set; }
        public Revised<AvailableCapacity>? Capacity { get; set; }
        public Revised<string>? Ports { get; set; }
        public WorkerEntry? Known { get; init; }

        public WorkerEntry? Settled => this is { State: { } state, Capacity: { } capacity, Ports: { } ports }
            ? new WorkerEntry(state, capacity, Known is { } known && known.Ports.ModRevision == ports.ModRevision ? known.Ports
                : new Revised<PortBitmap>(PortBitmap.Parse(state.Value.PortRange, ports.Value), ports.ModRevision))
            : null;

        public static PartialWorker Of(WorkerEntry? known) => new()
        {
            Known = known,
            State = known?.State,
            Capacity = known?.Capacity,
            Ports = known is null ? null : new Revised<string>("", known.Ports.ModRevision),
        };
    }
}

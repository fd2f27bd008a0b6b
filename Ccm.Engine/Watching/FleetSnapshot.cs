using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Ccm.Engine.Domain;

namespace Ccm.Engine.Watching;

/// <summary>All live state at one revision; immutable, so a reader may keep it as long as it likes.</summary>
public sealed record FleetSnapshot
{
    public static readonly FleetSnapshot Empty = new();
    private readonly ImmutableDictionary<string, WorkerEntry> _workers = ImmutableDictionary<string, WorkerEntry>.Empty;
    private ImmutableDictionary<Vacancy, ImmutableSortedSet<string>>? _vacancies;

    /// <summary>The store's revision up to which everything is in here.</summary>
    public long Revision { get; init; }

    public ImmutableDictionary<string, InstanceEntry> Instances { get; init; } = ImmutableDictionary<string, InstanceEntry>.Empty;

    public ImmutableDictionary<string, WorkerEntry> Workers
    {
        get => _workers;
        init => (_workers, _vacancies) = (value, null);
    }

    /// <summary>Ids of the workers that take work, by what they have to offer; a fleet of thousands has dozens of kinds.</summary>
    public ImmutableDictionary<Vacancy, ImmutableSortedSet<string>> Vacancies
    {
        get => _vacancies ??= Vacancy.All(_workers.Values);
        internal init => _vacancies = value;
    }

    public ImmutableDictionary<string, Revised<DefinitionPointer>> Definitions { get; init; } = ImmutableDictionary<string, Revised<DefinitionPointer>>.Empty;
    public ImmutableDictionary<string, Revised<TemplatePointer>> Templates { get; init; } = ImmutableDictionary<string, Revised<TemplatePointer>>.Empty;

    /// <summary>By leader key.</summary>
    public ImmutableDictionary<string, LeaderEntry> Leaders { get; init; } = ImmutableDictionary<string, LeaderEntry>.Empty;

    /// <summary>Every replica that lives, leading or not, by id.</summary>
    public ImmutableDictionary<string, ReplicaEntry> Replicas { get; init; } = ImmutableDictionary<string, ReplicaEntry>.Empty;

    /// <summary>Operations whose events wait for the relay, with the revision each was committed at.</summary>
    public ImmutableDictionary<string, long> Outbox { get; init; } = ImmutableDictionary<string, long>.Empty;

    /// <summary>Values under CCM's keys that are not what they should be, by key. What they belong to is as it was before them, or not here at all.</summary>
    public ImmutableSortedDictionary<string, UnreadableValue> Unreadable { get; init; } = ImmutableSortedDictionary.Create<string, UnreadableValue>(StringComparer.Ordinal);

    /// <summary>What an admin tells everybody; null: nothing.</summary>
    public Revised<Notice>? Notice { get; init; }

    /// <summary>All instances in the order of lists. One that is there never moves in it.</summary>
    public ImmutableSortedSet<InstancePlace> NewestFirst { get; init; } = ImmutableSortedSet.Create(InstancePlace.NewestFirst);

    /// <summary>Ids by worker: every instance that has a worker key.</summary>
    public ImmutableDictionary<string, ImmutableHashSet<string>> InstancesByWorker { get; init; } = ImmutableDictionary<string, ImmutableHashSet<string>>.Empty;

    /// <summary>Ids by state.</summary>
    public ImmutableDictionary<InstanceState, ImmutableHashSet<string>> InstancesByState { get; init; } = ImmutableDictionary<InstanceState, ImmutableHashSet<string>>.Empty;

    /// <summary>What a replica leads, as <c>scheduler</c>.</summary>
    public IEnumerable<string> LedBy(string replicaId) =>
        Leaders.Where(leader => leader.Value.ReplicaId == replicaId).Select(leader => leader.Key.Split('/')[2]).Order(StringComparer.Ordinal);

    /// <summary>Instances on a worker, in no promised order.</summary>
    public IEnumerable<InstanceEntry> On(string workerId) =>
        InstancesByWorker.TryGetValue(workerId, out var ids) ? ids.Select(id => Instances.GetValueOrDefault(id)).OfType<InstanceEntry>() : [];

    /// <summary>Instances in a state, in no promised order.</summary>
    public IEnumerable<InstanceEntry> In(InstanceState state) =>
        InstancesByState.TryGetValue(state, out var ids) ? ids.Select(id => Instances[id]) : [];

    /// <summary>Instances that want a place, now or later, in no promised order.</summary>
    public IEnumerable<InstanceEntry> Waiting => In(InstanceState.Pending).Where(entry => entry is { Value.Target: InstanceTarget.Running, Unreadable: null });

    /// <summary>This snapshot with what the caller itself just committed, where that is newer.</summary>
    public FleetSnapshot WithNewer(IEnumerable<InstanceEntry> instances, IEnumerable<WorkerEntry> workers)
    {
        var newInstances = Instances.ToBuilder();
        var byWorker = InstancesByWorker.ToBuilder();
        var byState = InstancesByState.ToBuilder();
        foreach (var entry in instances)
        {
            if (!newInstances.TryGetValue(entry.Id, out var known) || known.ModRevision >= entry.ModRevision)
                continue;
            SnapshotBuilder.Move(byWorker, known.WorkerId, entry.WorkerId, entry.Id);
            SnapshotBuilder.Move(byState, known.Value.State, entry.Value.State, entry.Id);
            newInstances[entry.Id] = entry;
        }
        var newWorkers = Workers.ToBuilder();
        var vacancies = Vacancies.ToBuilder();
        foreach (var entry in workers)
        {
            if (!newWorkers.TryGetValue(entry.Id, out var known) || known.Capacity.ModRevision >= entry.Capacity.ModRevision)
                continue;
            var newer = known with { Capacity = entry.Capacity, Ports = entry.Ports };
            Vacancy.Move(vacancies, known, newer);
            newWorkers[entry.Id] = newer;
        }
        return this with
        {
            Instances = newInstances.ToImmutable(),
            Workers = newWorkers.ToImmutable(),
            Vacancies = vacancies.ToImmutable(),
            InstancesByWorker = byWorker.ToImmutable(),
            InstancesByState = byState.ToImmutable(),
        };
    }
}

/// <summary>A value and the revision of its last change.</summary>
public sealed record Revised<T>(T Value, long ModRevision);

/// <summary>Where an instance stands among all: the newest first, then by id.</summary>
public sealed record InstancePlace(DateTimeOffset CreatedAt, string Id)
{
    public static IComparer<InstancePlace> NewestFirst { get; } = Comparer<InstancePlace>.Create((one, other) =>
        other.CreatedAt.CompareTo(one.CreatedAt) is not 0 and var newer ? newer : string.CompareOrdinal(one.Id, other.Id));

    public static InstancePlace Of(InstanceEntry entry) => new(entry.Value.CreatedAt, entry.Id);
}

/// <param name="ModRevision">Of the state key.</param>
/// <param name="WorkerId">Its worker key's value, null when it has none.</param>
public sealed record InstanceEntry(LabletInstance Value, long ModRevision, string? WorkerId)
{
    public string Id => Value.Id;

    /// <summary>Why this is not what the store has; null when it is. No change of it can be committed then.</summary>
    public UnreadableValue? Unreadable { get; init; }
}

/// <summary>A worker's three keys.</summary>
public sealed record WorkerEntry(Revised<Worker> State, Revised<AvailableCapacity> Capacity, Revised<PortBitmap> Ports)
{
    public Worker Value => State.Value;

    public string Id => State.Value.Id;

    public Capacity Available => Capacity.Value.Amount;

    /// <summary>Why one of its keys is not what the store has; null when all are. Nothing can be placed on it then, nor given back if it is its capacity or its ports.</summary>
    public UnreadableValue? Unreadable { get; init; }

    public bool TakesWork => Value.TakesWork && Unreadable is null;

    /// <summary>Whether its capacity will be there soon. What cannot be read is left as it is, and comes no nearer.</summary>
    public bool IsComing => Value.IsComing && Unreadable is null;

    /// <summary>Whether scaling may start it again: stopped, or about to be, and not for good.</summary>
    public bool MayRestart => this is { Unreadable: null, Value: { State: WorkerState.Stopped or WorkerState.Stopping, Target: WorkerTarget.Stopped, LostSince: null } };

    /// <summary>Whether one of its keys was changed since.</summary>
    public bool IsNewerThan(WorkerEntry seen) => State.ModRevision > seen.State.ModRevision || Capacity.ModRevision > seen.Capacity.ModRevision || Ports.ModRevision > seen.Ports.ModRevision;

    /// <summary>Whether nothing is held on it.</summary>
    public bool IsEmpty => Available == Value.Declared && Ports.Value.IsEmpty;
}

/// <param name="CreateRevision">The fence of this term.</param>
public sealed record LeaderEntry(string ReplicaId, string Address, DateTimeOffset Since, long CreateRevision)
{
    /// <summary>The lease that the key is bound to.</summary>
    [JsonIgnore]
    public long LeaseId { get; init; }
}

/// <summary>A process of CCM as it tells of itself every few seconds; gone when its lease is.</summary>
/// <param name="Address">Where it is reached; empty when it does not know.</param>
/// <param name="Since">When it began.</param>
/// <param name="HeardAt">When it told this, by its own clock.</param>
/// <param name="OpenPages">Browsers' pages that are connected to it.</param>
public sealed record ReplicaEntry(string Id, string Address, string Version, DateTimeOffset Since, DateTimeOffset HeardAt, int OpenPages)
{
    /// <summary>From one telling to the next.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    /// <summary>It should have told more by now; a little later it is taken for gone.</summary>
    public bool IsLate(DateTimeOffset now) => now - HeardAt > 2 * Period;
}

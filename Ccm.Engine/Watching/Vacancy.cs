using System.Collections.Immutable;
using Ccm.Engine.Domain;

namespace Ccm.Engine.Watching;

/// <summary>What a worker has to offer, in all that a placement looks at: two with the same vacancy differ in nothing but their id.</summary>
/// <param name="Ports">Of its range.</param>
public readonly record struct Vacancy(WorkerKind Kind, Capacity Declared, int Ports, Capacity Available, int FreePorts)
{
    public bool InUse => Available != Declared || FreePorts != Ports;

    public static Vacancy Of(WorkerEntry worker) => new(
        worker.Value.Kind, worker.Value.Declared, worker.Value.PortRange.Count, worker.Available, worker.Ports.Value.FreeCount);

    internal static ImmutableDictionary<Vacancy, ImmutableSortedSet<string>> All(IEnumerable<WorkerEntry> workers) => workers.Where(worker => worker.TakesWork)
        .GroupBy(Of, worker => worker.Id).ToImmutableDictionary(alike => alike.Key, alike => alike.ToImmutableSortedSet(StringComparer.Ordinal));

    /// <summary>Keeps the index while a worker changes; null: it was not there, or is gone.</summary>
    internal static void Move(ImmutableDictionary<Vacancy, ImmutableSortedSet<string>>.Builder index, WorkerEntry? before, WorkerEntry? after)
    {
        Vacancy? from = before is { TakesWork: true } ? Of(before) : null;
        Vacancy? to = after is { TakesWork: true } ? Of(after) : null;
        if (from == to)
            return;
        if (from is { } old)
        {
            var left = index[old].Remove(before!.Id);
            if (left.IsEmpty)
                index.Remove(old);
            else
                index[old] = left;
        }
        if (to is { } now)
            index[now] = (index.TryGetValue(now, out var ids) ? ids : ImmutableSortedSet.Create<string>(StringComparer.Ordinal)).Add(after!.Id);
    }
}

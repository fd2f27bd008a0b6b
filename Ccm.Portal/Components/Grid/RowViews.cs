using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Portal.Components.Grid;

/// <summary>
/// The sorted rows that are looked at now, each made once for all who look at the same: a hundred people before one page cost the memory
/// and the work of one. They live as long as somebody looks.
/// </summary>
public sealed class RowViews
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (object Rows, int Users)> _shared = [];

    /// <summary>How many are kept.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _shared.Count;
        }
    }

    /// <summary>Whoever opens it follows every change from <paramref name="fleet"/> on, and disposes it.</summary>
    public RowView<TRow> Open<TRow>(GridTable<TRow> table, GridQuery query, Actor? actor, FleetSnapshot fleet) where TRow : class
    {
        // Rows depend on who looks only as far as somebody may not read all.
        var who = actor?.May(Permission.ReadAll) == true ? "" : $"{actor?.Id}/{string.Join('/', actor?.Roles ?? [])}";
        var key = $"{table.Name}\n{table.AsOfFor(query)}\n{who}\n{query.Address}";
        SharedRows<TRow> rows;
        lock (_gate)
        {
            var (known, users) = _shared.GetValueOrDefault(key);
            rows = known as SharedRows<TRow> ?? new SharedRows<TRow>(table, table.Rule(query), actor);
            _shared[key] = (rows, users + 1);
        }
        return new RowView<TRow>(rows, fleet, () => Leave(key));
    }

    private void Leave(string key)
    {
        lock (_gate)
        {
            var (rows, users) = _shared[key];
            if (users == 1)
                _shared.Remove(key);
            else
                _shared[key] = (rows, users - 1);
        }
    }
}

/// <summary>One table as somebody looks at it.</summary>
public sealed class RowView<TRow> : IDisposable where TRow : class
{
    private readonly SharedRows<TRow> _shared;
    private Action? _leave;

    internal RowView(SharedRows<TRow> shared, FleetSnapshot fleet, Action leave)
    {
        (_shared, _leave) = (shared, leave);
        Rows = shared.At(fleet);
    }

    /// <summary>As of the snapshot it was opened at; then of the last change that was followed, or a later one that somebody else has followed already.</summary>
    public LiveRows<TRow> Rows { get; private set; }

    /// <summary>Whether anything of it is different now.</summary>
    public bool Follow(FleetChange change)
    {
        var before = Rows;
        Rows = _shared.Follow(change);
        return !ReferenceEquals(before, Rows);
    }

    public void Dispose() => Interlocked.Exchange(ref _leave, null)?.Invoke();
}

/// <summary>Rows and the snapshot that they were read from.</summary>
internal sealed class SharedRows<TRow>(GridTable<TRow> table, RowRule<TRow> rule, Actor? actor) where TRow : class
{
    private readonly Lock _gate = new();
    private readonly RowSource<TRow> _source = table.Source ?? throw new InvalidOperationException($"The table '{table.Name}' has no live rows.");
    private FleetSnapshot _fleet = FleetSnapshot.Empty;
    private LiveRows<TRow> _rows = LiveRows.Of([], rule);

    /// <summary>As of this snapshot. Whoever looks at an older one than others do, as while it is paused, gets rows of their own until they follow on.</summary>
    public LiveRows<TRow> At(FleetSnapshot fleet)
    {
        lock (_gate)
        {
            if (fleet.Revision >= _fleet.Revision)
                return fleet.Revision > _fleet.Revision ? Make(fleet) : _rows;
        }
        return Read(fleet);
    }

    public LiveRows<TRow> Follow(FleetChange change)
    {
        lock (_gate)
        {
            // Somebody else was faster. A store that was set back to an older revision is no such case: it begins anew.
            if (ReferenceEquals(_fleet, change.After) || (_fleet.Revision >= change.After.Revision && change.After.Revision >= change.Before.Revision))
                return _rows;
            // What is between the two is not in the change.
            if (change.IsResync || _fleet.Revision < change.Before.Revision)
                return Make(change.After);
            var before = _fleet;
            _fleet = change.After;
            return _rows = _rows.With(_source.Changed(change).Distinct().Select(id => (_source.FindFor(before, id, actor), _source.FindFor(change.After, id, actor))));
        }
    }

    private LiveRows<TRow> Make(FleetSnapshot fleet)
    {
        _fleet = fleet;
        return _rows = Read(fleet);
    }

    private LiveRows<TRow> Read(FleetSnapshot fleet) => LiveRows.Of(_source.All(fleet, actor), rule);
}

using System.Collections.Immutable;
using Ccm.Engine.Booking;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Portal.Components.Pages.Reservations;

/// <summary>What a row is about, in the order in which rows stand.</summary>
public enum RowKind { Waiting, Worker, Definition, Others, Ended }

public sealed record Row(RowKind Kind, string Name)
{
    public static readonly Row Waiting = new(RowKind.Waiting, "");
    public static readonly Row Others = new(RowKind.Others, "");
    public static readonly Row Ended = new(RowKind.Ended, "");
}

/// <summary>One line of the picture: a lane of a row.</summary>
/// <param name="Lane">From 0; the first carries the row's name.</param>
/// <param name="Count">Bookings of the whole row in the window.</param>
/// <param name="Worker">Whose row it is; null for any other kind.</param>
public sealed record Line(Row Row, int Lane, int Count, Worker? Worker, ImmutableArray<Bar> Bars)
{
    public bool Equals(Line? other) => other is not null && (Row, Lane, Count) == (other.Row, other.Lane, other.Count)
        && (Worker?.State, Worker?.Template) == (other.Worker?.State, other.Worker?.Template) && Bars.AsSpan().SequenceEqual(other.Bars.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Row, Lane, Count);
}

/// <summary>Which rows there are, and what stands in each.</summary>
internal static class TimelineRows
{
    /// <summary>Those that are on no worker, or nobody's business, would push all else out of sight: beyond so many lanes they are counted in one.</summary>
    private const int MostLanes = 8;

    /// <param name="byWorker">A row for each worker, also for those that are empty; else one for each lab that is booked.</param>
    /// <param name="actor">Who looks: of others' bookings one who may not read them sees that there are some, in a row of their own.</param>
    public static List<Line> Of(IReadOnlyCollection<BookedTime> times, FleetSnapshot fleet, bool byWorker, Actor actor, TimeWindow window)
    {
        var rows = times.GroupBy(time => RowOf(time, byWorker, actor)).ToDictionary(group => group.Key, IEnumerable<BookedTime> (group) => group);
        var workers = byWorker && actor.May(Permission.ReadAll)
            ? fleet.Workers.Values.Where(worker => worker.Value.State != WorkerState.Terminated).ToDictionary(worker => new Row(RowKind.Worker, worker.Id), worker => worker.Value) : [];
        foreach (var row in workers.Keys)
            rows.TryAdd(row, []);
        var lines = new List<Line>();
        foreach (var (row, booked) in rows.OrderBy(pair => pair.Key.Kind).ThenBy(pair => workers.GetValueOrDefault(pair.Key)?.Template, StringComparer.Ordinal).ThenBy(pair => pair.Key.Name, StringComparer.Ordinal))
        {
            var worker = workers.GetValueOrDefault(row);
            var lanes = Timeline.Lanes(booked, window);
            if (lanes.Length > MostLanes && row.Kind is not (RowKind.Worker or RowKind.Definition))
                lanes = [Timeline.Dense(booked, window)];
            var count = lanes.Sum(lane => lane.Sum(bar => bar.Times.Length));
            lines.AddRange(lanes.IsEmpty ? [new Line(row, 0, 0, worker, [])] : lanes.Select((bars, lane) => new Line(row, lane, count, worker, bars)));
        }
        return lines;
    }

    private static Row RowOf(BookedTime time, bool byWorker, Actor actor) =>
        !MayRead(actor, time) ? Row.Others
        : !byWorker || !actor.May(Permission.ReadAll) ? new Row(RowKind.Definition, time.Entry.Value.DefinitionId)
        : time.Entry.WorkerId is { } worker ? new Row(RowKind.Worker, worker)
        : time.Entry.Value.State == InstanceState.Terminated ? Row.Ended : Row.Waiting;

    public static bool MayRead(Actor actor, BookedTime time) => Api.Reading.MayRead(actor, time.Entry.Value);
}

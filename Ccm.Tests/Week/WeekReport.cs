using System.Collections.Immutable;
using System.Globalization;
using Ccm.Engine.Documents;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Tests.Faults.Checking;

namespace Ccm.Tests.Week;

/// <summary>What came of the week, read from the store's history alone.</summary>
internal sealed record WeekReport
{
    public required int Revisions { get; init; }
    public required ImmutableSortedDictionary<Outcome, int> Outcomes { get; init; }

    /// <summary>Times that a lab was given a place; more than bookings where a worker was lost.</summary>
    public required int Placements { get; init; }

    /// <summary>Of the bookings for a time that ran: how many ran when it began.</summary>
    public required (int InTime, int Of) Slots { get; init; }

    public required int MostWorkers { get; init; }

    /// <summary>Hours that workers were on, at their price.</summary>
    public required decimal Cost { get; init; }

    /// <summary>The most workers of each template that were ever on together, on all week.</summary>
    public required decimal AlwaysOnCost { get; init; }

    public required ImmutableArray<Violation> Violations { get; init; }

    public static WeekReport Of(ImmutableArray<RecordedBatch> history, StateList final, ImmutableArray<AuditEvent> trail, ImmutableHashSet<string> asked)
    {
        var steps = Replay.Of(history);
        var moves = steps.SelectMany(step => step.Change.Instances.Select(id => (Before: step.Before.Instances.GetValueOrDefault(id)?.Value, After: step.After.Instances.GetValueOrDefault(id)?.Value)))
            .Where(move => move.After is not null && move.Before?.State != move.After.State).Select(move => move.After!).ToList();
        var started = moves.Where(after => after is { State: InstanceState.Running, AsSoonAsPossible: false }).GroupBy(after => after.Id).Select(runs => runs.First()).ToList();
        var (cost, always, most) = Costs(steps);
        return new WeekReport
        {
            Revisions = steps.Length,
            Outcomes = moves.Where(after => after.State == InstanceState.Terminated).GroupBy(after => after.Outcome!.Value).ToImmutableSortedDictionary(group => group.Key, group => group.Count()),
            Placements = moves.Count(after => after.State == InstanceState.Scheduled && after.FailedAttempts == 0),
            Slots = (started.Count(after => after.LastTransition.At <= after.TimeslotStart), started.Count),
            MostWorkers = most,
            Cost = cost,
            AlwaysOnCost = always,
            Violations =
            [
                .. Replay.Gaps(history, final), .. steps.SelectMany(PlaceRules.Check), .. TermRules.Check(steps, asked), .. AuditRules.Check(steps, final, trail),
            ],
        };
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"""
        {Outcomes.Values.Sum()} bookings ended: {string.Join(", ", Outcomes.Select(outcome => $"{outcome.Value} {outcome.Key}"))}; {Placements} placements
        {Slots.InTime} of {Slots.Of} bookings for a time ran when it began
        at most {MostWorkers} workers; the fleet cost {Cost:0}, always on {AlwaysOnCost:0}: {Cost / AlwaysOnCost:P0}
        {Revisions} revisions, {Violations.Length} violations
        """);

    /// <summary>A worker costs from its order until it has stopped.</summary>
    private static (decimal Cost, decimal AlwaysOn, int Most) Costs(ImmutableArray<Step> steps)
    {
        var since = new Dictionary<string, DateTimeOffset>();
        var (cost, most) = (0m, 0);
        var (on, peak, price) = (new Dictionary<string, int>(), new Dictionary<string, int>(), new Dictionary<string, decimal>());
        foreach (var worker in steps.SelectMany(step => step.Change.Workers.Select(id => step.After.Workers.GetValueOrDefault(id)?.Value)).OfType<Worker>())
        {
            price[worker.Template] = worker.CostPerHour;
            var costs = worker.State is WorkerState.Provisioning or WorkerState.Running or WorkerState.Draining or WorkerState.Stopping or WorkerState.Failed;
            if (costs && since.TryAdd(worker.Id, worker.LastTransition.At))
            {
                on[worker.Template] = on.GetValueOrDefault(worker.Template) + 1;
                peak[worker.Template] = Math.Max(peak.GetValueOrDefault(worker.Template), on[worker.Template]);
                most = Math.Max(most, since.Count);
            }
            else if (!costs && since.Remove(worker.Id, out var began))
            {
                on[worker.Template]--;
                cost += (decimal)(worker.LastTransition.At - began).TotalHours * worker.CostPerHour;
            }
        }
        return (cost, peak.Sum(pair => pair.Value * price[pair.Key]) * 24 * WeekOfBookings.Days, most);
    }
}

using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Portal.Components.Grid;
using Ccm.Portal.Components.Pages.Instances;
using Ccm.Portal.Live;

namespace Ccm.Portal.Components.Pages.Overview;

/// <summary>Which labs need somebody, from what is known and the time alone.</summary>
internal static class LabConcerns
{
    /// <summary>What failed lately and is over; older failures are history.</summary>
    public static readonly TimeSpan Lately = TimeSpan.FromHours(1);

    /// <summary>On top of what a step is planned to take.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(2);

    /// <summary>Times as long as planned, and a start is stuck rather than slow.</summary>
    private const int Slow = 3;

    private static readonly TimeSpan LongestStop = TimeSpan.FromMinutes(5);

    /// <summary>By the ids of all that are over. They are the most by far and stay as they are: each such set is looked through once, for all pages.</summary>
    private static readonly ConditionalWeakTable<ImmutableHashSet<string>, InstanceEntry[]> Failed = [];

    /// <param name="sees">Whose labs are looked at.</param>
    /// <param name="templates">Newest revisions; none known: nothing is said of labs that nothing could take.</param>
    public static IEnumerable<Concern> Of(FleetSnapshot fleet, Func<InstanceEntry, bool> sees, DateTimeOffset now, PlanningTimes times, ImmutableArray<WorkerTemplate> templates)
    {
        var (hopeless, unplaced, waiting, stuck, failing, ended) = (new List<Found>(), new List<Found>(), new List<Found>(), new List<Found>(), new List<Found>(), new List<Found>());
        var waits = new Waits(fleet, templates, now, times);
        foreach (var state in fleet.InstancesByState.Keys.Where(state => state != InstanceState.Terminated))
        {
            foreach (var entry in fleet.In(state).Where(sees))
            {
                var instance = entry.Value;
                var worker = entry.WorkerId is { } id ? fleet.Workers.GetValueOrDefault(id)?.Value : null;
                if (waits.Of(instance) is { } wait)
                {
                    if (wait.Shortage is { } never)
                        hopeless.Add(new Found(entry, instance.CreatedAt, never.Reason));
                    else if (wait.Kind == WaitKind.Overdue)
                        unplaced.Add(new Found(entry, instance.TimeslotStart ?? now, Unplaced(instance.TimeslotStart ?? now, now)));
                    else if (wait.Kind == WaitKind.Long)
                        waiting.Add(new Found(entry, instance.CreatedAt, $"Wanted as soon as possible, waiting for {Words.Lasting(now - instance.LastTransition.At)}."));
                }
                else if (Stuck(instance, worker, now, times) is { } why)
                    stuck.Add(new Found(entry, instance.LastTransition.At, why));
                else if (instance is { FailedAttempts: > 0, State: InstanceState.Scheduled or InstanceState.Instantiating })
                    failing.Add(new Found(entry, instance.LastTransition.At, $"{instance.FailedAttempts} of 3 attempts failed: {instance.LastTransition.Reason}"));
            }
        }
        foreach (var entry in FailedIn(fleet).Where(entry => entry.Value.LastTransition.At > now - Lately).Where(sees))
            ended.Add(new Found(entry, entry.Value.LastTransition.At, $"{entry.Value.Outcome}, {Ago(entry.Value.LastTransition.At, now)}: {entry.Value.LastTransition.Reason}"));
        return new[]
        {
            Tell(true, hopeless, "fits on no worker there is or could be", "fit on no worker there is or could be", "As things are it waits for ever: an admin can make or enable a worker template that takes it; or end it.", Waiting(WaitKind.Nothing, "since")),
            Tell(true, unplaced, "has no place and its slot is near", "have no place and their slots are near", "See what would make it fit; an operator can free a worker, an admin raise a template's maximum.", Waiting(WaitKind.Overdue, "slot")),
            Tell(true, stuck, "does not get on", "do not get on", "Look at its worker; an operator can end the lab and reserve it anew.", "/instances?state=SCHEDULED,INSTANTIATING,STOPPING,ARCHIVED&sort=since&order=asc"),
            Tell(false, failing, "failed to start and is tried again", "failed to start and are tried again", "After the third failure it ends. Look at why before it does.", "/instances?state=SCHEDULED,INSTANTIATING"),
            Tell(false, waiting, "has waited long for a place", "have waited long for a place", "See what would make it fit; an operator can free a worker, an admin raise a template's maximum.", Waiting(WaitKind.Long, "since")),
            Tell(false, ended, "failed within the last hour", "failed within the last hour", "The events of each tell why. Whoever still needs one reserves it anew.", "/instances?state=TERMINATED&outcome=Failed,WorkerLost,Expired&sort=since&order=desc", latestFirst: true),
        }.OfType<Concern>();
    }

    private static InstanceEntry[] FailedIn(FleetSnapshot fleet) => !fleet.InstancesByState.TryGetValue(InstanceState.Terminated, out var ids) ? []
        : Failed.GetValue(ids, _ => [.. fleet.In(InstanceState.Terminated).Where(entry => entry.Value.Outcome is Outcome.Failed or Outcome.WorkerLost or Outcome.Expired)]);

    /// <param name="latestFirst">Rather than what has lasted longest.</param>
    private static Concern? Tell(bool urgent, List<Found> found, string one, string many, string advice, string href, bool latestFirst = false) => found.Count == 0 ? null
        : new Concern(urgent, Counted.Of(found.Count, $"lab {one}", $"labs {many}"), advice, found.Count == 1 ? $"/instances/{found[0].Entry.Id}" : href,
            [.. found.OrderBy(f => latestFirst ? -f.Since.UtcTicks : f.Since.UtcTicks).ThenBy(f => f.Entry.Id, StringComparer.Ordinal).Select(f => new ConcernItem($"{f.Entry.Value.DefinitionId} of {f.Entry.Value.OwnerId}", $"/instances/{f.Entry.Id}", f.Why))]);

    private static string Unplaced(DateTimeOffset start, DateTimeOffset now) => start > now ? $"Its slot begins in {Words.Lasting(start - now)}." : $"Its slot began {Ago(start, now)}.";

    private static string Waiting(WaitKind kind, string sort) =>
        $"/instances?{(GridQuery.All with { Sort = sort }).Choose("state", ["PENDING"]).Choose("waits", [new Wait(kind).Words]).Address}";

    private static string? Stuck(LabletInstance instance, Worker? worker, DateTimeOffset now, PlanningTimes times)
    {
        var start = (worker is null ? times : times.On(worker)).LabStart(instance.Request.Nodes);
        TimeSpan? most = instance.State switch
        {
            InstanceState.Scheduled => Grace,
            InstanceState.Instantiating => Grace + (Slow * start),
            InstanceState.Stopping or InstanceState.Archived => LongestStop,
            _ => null,
        };
        var since = instance.RetryAt > instance.LastTransition.At ? instance.RetryAt.Value : instance.LastTransition.At;
        if (now - since <= most is not true)
            return most is null ? null : $"{instance.State.ToString().ToUpperInvariant()} for {Words.Lasting(now - since)}. {Cause(worker, instance)}";
        return null;
    }

    private static string Cause(Worker? worker, LabletInstance instance) => worker switch
    {
        null => instance.LastTransition.Reason,
        { UnreachableSince: not null } => $"Its worker {worker.Id} does not answer.",
        { Trouble: { } trouble } => $"Its worker {worker.Id}: {trouble}",
        { State: WorkerState.Failed } => $"Its worker {worker.Id} has FAILED.",
        _ => instance.LastTransition.Reason,
    };

    private static string Ago(DateTimeOffset time, DateTimeOffset now) => $"{Words.Lasting(now - time)} ago";

    private sealed record Found(InstanceEntry Entry, DateTimeOffset Since, string Why);
}

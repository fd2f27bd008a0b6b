using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Ccm.Portal.Live;

namespace Ccm.Portal.Components.Pages.Overview;

/// <summary>What needs somebody, the urgent first; nothing: all is well.</summary>
internal static class Attention
{
    /// <summary>On top of what is planned.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(2);

    /// <summary>Times as long as planned.</summary>
    private const double Slow = 1.5;

    private static readonly (string Part, string Key)[] Leaders = [("scheduler", StateKeys.SchedulerLeader), ("controller", StateKeys.ControllerLeader)];

    /// <summary>Of the whole fleet.</summary>
    /// <param name="templates">As <see cref="LabConcerns"/> takes them.</param>
    public static ImmutableArray<Concern> Of(FleetSnapshot fleet, PartsNow parts, DateTimeOffset now, PlanningTimes times, ImmutableArray<WorkerTemplate> templates = default) => Sorted(
    [
        .. OfParts(fleet, parts),
        .. OfWorkers(fleet, now, times),
        .. LabConcerns.Of(fleet, _ => true, now, times, templates),
    ]);

    /// <summary>Of one person's own labs; what is wrong with the parts, banners tell everybody.</summary>
    public static ImmutableArray<Concern> OfOwn(FleetSnapshot fleet, string ownerId, DateTimeOffset now, PlanningTimes times, ImmutableArray<WorkerTemplate> templates = default) =>
        Sorted(LabConcerns.Of(fleet, entry => entry.Value.OwnerId == ownerId, now, times, templates));

    private static ImmutableArray<Concern> Sorted(IEnumerable<Concern> concerns) => [.. concerns.OrderByDescending(concern => concern.Urgent)];

    private static IEnumerable<Concern> OfParts(FleetSnapshot fleet, PartsNow parts)
    {
        if (parts.Watch is { } silent)
            yield return new Concern(true, "The state store's watch is silent", $"What you see may be old. {silent} Look at the state store.", "/system", []);
        foreach (var (part, _) in Leaders.Where(leader => !fleet.Leaders.ContainsKey(leader.Key)))
            yield return new Concern(true, $"Nobody leads the {part}", part == "scheduler" ? "Labs get no place until a replica leads. One takes over by itself within seconds; if not, look at the state store." : "Labs and workers stand still until a replica leads. One takes over by itself within seconds; if not, look at the state store.", "/system", []);
        foreach (var warning in parts.Warnings)
            yield return new Concern(true, "The state store needs somebody", warning, "/system", []);
        if (parts.Documents is { } away)
            yield return new Concern(true, "The document store does not answer", $"Nothing can be published and no history read. {away}", "/system", []);
        if (parts.SessionsAway)
            yield return new Concern(true, "The session store does not answer", "Nobody can sign in, and no page can be opened or loaded anew; those that are open go on. See that Redis runs and that this replica reaches it.", "/system", []);
        if (parts.Identity is { } identity)
            yield return new Concern(true, "The identity provider does not answer", $"Nobody can sign in; who is signed in goes on. {identity}", "/system", []);
        if (fleet.Outbox.Count * 2 >= parts.OutboxLimit)
        {
            yield return new Concern(fleet.Outbox.Count >= parts.OutboxLimit, $"{fleet.Outbox.Count} operations wait for the audit trail",
                fleet.Outbox.Count >= parts.OutboxLimit ? "People's changes are refused until it drains. Look at the document store." : $"At {parts.OutboxLimit} people's changes are refused. Look at the document store.", "/system", []);
        }
    }

    private static IEnumerable<Concern> OfWorkers(FleetSnapshot fleet, DateTimeOffset now, PlanningTimes times)
    {
        var workers = fleet.Workers.Values.Where(worker => worker.Value.State != WorkerState.Terminated).OrderBy(worker => worker.Id, StringComparer.Ordinal).ToList();
        return new[]
        {
            Tell(true, workers, worker => worker.State == WorkerState.Failed || worker.LostSince is not null, worker => Failed(worker, fleet, now), "has failed", "have failed",
                "Labs there go on if the host comes back; an admin may declare a worker lost.", "/workers?trouble=failed"),
            Tell(true, workers, worker => worker is { UnreachableSince: not null, LostSince: null, State: not WorkerState.Failed }, worker => $"Silent for {Words.Lasting(now - worker.UnreachableSince!.Value)}. {Held(worker, fleet)}",
                "does not answer", "do not answer", "What runs on it goes on, new work is kept off it. Look at the host and its network.", "/workers?trouble=silent"),
            Tell(false, workers, worker => worker is { Trouble: not null, UnreachableSince: null, LostSince: null, State: not WorkerState.Failed }, worker => worker.Trouble!, "can take no work", "can take no work",
                "The host says why. Work comes again by itself once that is mended.", "/workers?trouble=unfit"),
            Tell(false, workers, worker => worker.DrainOverdueSince is not null, worker => $"Draining for {Words.Lasting(now - worker.DrainStartedAt.GetValueOrDefault(now))}. {Held(worker, fleet)}", "drains for too long", "drain for too long",
                "Its page names what still runs; an admin may force the drain.", "/workers?drain=overdue"),
            Tell(false, workers, worker => TooLong(worker, now, times) is not null, worker => TooLong(worker, now, times)!, "takes long to start or to stop", "take long to start or to stop",
                "Look at the host and its provider. Labs that wait for it wait on; an operator can add another worker.", "/workers?state=PENDING,PROVISIONING,STOPPING&sort=since&order=asc"),
        }.OfType<Concern>();
    }

    private static Concern? Tell(bool urgent, List<WorkerEntry> workers, Func<Worker, bool> which, Func<Worker, string> why, string one, string many, string advice, string href)
    {
        var found = workers.Select(worker => worker.Value).Where(which).ToList();
        return found.Count == 0 ? null : new Concern(urgent, Counted.Of(found.Count, $"worker {one}", $"workers {many}"), advice, href,
            [.. found.Select(worker => new ConcernItem(worker.Id, $"/workers/{worker.Id}", why(worker)))]);
    }

    /// <summary>It is under way for half as long again as its template plans; null: it is not. One that is silent or says what is wrong is told of by that.</summary>
    private static string? TooLong(Worker worker, DateTimeOffset now, PlanningTimes times)
    {
        if (worker is { UnreachableSince: not null } or { Trouble: not null })
            return null;
        int? planned = worker.State switch
        {
            // Ordered at once.
            WorkerState.Pending => 0,
            WorkerState.Provisioning when worker.LastTransition.From is WorkerState.Pending or null => worker.StartupTimeMinutes,
            WorkerState.Provisioning or WorkerState.Stopping => worker.RestartTimeMinutes,
            _ => null,
        };
        var lasting = now - worker.LastTransition.At;
        return planned is not { } minutes || lasting <= Grace + (Slow * times.On(worker).WorkerStart(minutes)) ? null
            : $"{worker.State.ToString().ToUpperInvariant()} for {Words.Lasting(lasting)}{(minutes == 0 ? "" : $", planned with {Words.Lasting(times.On(worker).WorkerStart(minutes))}")}. {worker.LastTransition.Reason}";
    }

    private static string Failed(Worker worker, FleetSnapshot fleet, DateTimeOffset now) => worker.LostSince is { } lost
        ? $"Lost {Words.Lasting(now - lost)} ago. {Held(worker, fleet)}"
        : $"{Words.Lasting(now - worker.LastTransition.At)} ago: {worker.LastTransition.Reason} {Held(worker, fleet)}";

    private static string Held(Worker worker, FleetSnapshot fleet) => fleet.On(worker.Id).Count(entry => entry.Value.HoldsPlace) switch
    {
        0 => "No lab is on it.",
        var labs => $"{Counted.Of(labs, "lab is", "labs are")} on it.",
    };
}

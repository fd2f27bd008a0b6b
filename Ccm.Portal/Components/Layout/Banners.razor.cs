using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Portal.Health;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Layout;

/// <summary>What everybody has to know on every page. A silent store brings no change to paint it by, so it is looked at once a second.</summary>
public sealed partial class Banners
{
    private const int Most = 3;
    private const int LongestBanner = 160;
    private List<(string Id, DateTimeOffset Since)> _silent = [];
    private List<string> _overdue = [];
    private Notice? _notice;
    private string? _problem;
    private string? _documents;
    private string? _identity;
    private bool _sessions;
    private bool _full;
    private ImmutableArray<string> _warnings = [];

    [Inject]
    private PartsWatch Parts { get; set; } = null!;

    [Inject]
    private StateMonitor Monitor { get; set; } = null!;

    protected override void OnParametersSet()
    {
        LookAtWorkers();
        Look();
    }

    protected override TimeSpan? LookEvery => TimeSpan.FromSeconds(1);

    /// <summary>On every page, with every change: of the workers it is only asked whether one that has trouble, or had, is among those that changed.</summary>
    protected override bool Apply(FleetChange change)
    {
        var workers = (change.IsResync || change.Workers.Any(id => HasTrouble(change.Before.Workers.GetValueOrDefault(id)) || HasTrouble(change.After.Workers.GetValueOrDefault(id)))) && LookAtWorkers();
        return Look() || workers;
    }

    private static bool HasTrouble(WorkerEntry? worker) => worker?.Value is { UnreachableSince: not null } or { DrainOverdueSince: not null };

    protected override bool LookAgain() => Look();

    /// <summary>Whether anything but the workers differs from what is shown.</summary>
    private bool Look()
    {
        var before = (_notice, _problem, _documents, _identity, _sessions, _full);
        var warnings = _warnings;
        _notice = Fleet.Notice?.Value is { } notice && notice.IsShown(Time.GetUtcNow()) ? notice : null;
        _problem = Cache.Freshness.Problem;
        _documents = Parts.Documents?.Problem;
        // Whoever is signed in and looks after nothing loses nothing by it.
        _identity = May(Permission.ReadAll) ? Parts.Identity?.Problem : null;
        _sessions = Parts.Sessions is { Healthy: false };
        _full = Control.OutboxIsFull;
        // That changes are refused concerns everybody who might try one.
        _warnings = May(Permission.ReadAll) ? [.. Monitor.Report.Warnings, .. UnreadableValue.Warnings(Fleet.Unreadable)] : [.. Monitor.Report.Warnings.Take(Monitor.Report.Status is { Alarms.IsEmpty: false } ? 1 : 0)];
        return before != (_notice, _problem, _documents, _identity, _sessions, _full) || !warnings.SequenceEqual(_warnings);
    }

    /// <summary>Where the rest of a long text begins, which stands on every page: what is wrong is read at once, what to do about it when somebody opens it. 0: it is short.</summary>
    private static int AfterFirstSentence(string text) => text.Length > LongestBanner && text.IndexOf(". ", StringComparison.Ordinal) is > 0 and var end ? end + 1 : 0;

    private bool LookAtWorkers()
    {
        var before = (_silent, _overdue);
        _silent = !May(Permission.ReadAll) ? [] : [.. Fleet.Workers.Values.Where(worker => worker.Value is { UnreachableSince: not null, State: not WorkerState.Terminated })
            .OrderBy(worker => worker.Id, StringComparer.Ordinal).Select(worker => (worker.Id, worker.Value.UnreachableSince!.Value))];
        _overdue = !May(Permission.ReadAll) ? [] : [.. Fleet.Workers.Values.Where(worker => worker.Value is { DrainOverdueSince: not null, State: not WorkerState.Terminated })
            .Select(worker => worker.Id).Order(StringComparer.Ordinal)];
        return !before._silent.SequenceEqual(_silent) || !before._overdue.SequenceEqual(_overdue);
    }
}

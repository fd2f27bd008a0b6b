using System.Collections.Immutable;
using Ccm.Engine.Control;
using Ccm.Engine.Documents;
using Ccm.Engine.Domain;
using Ccm.Engine.Scheduling;
using Ccm.Engine.Watching;
using Ccm.Portal.Api;
using Ccm.Portal.Components.Shared;
using Ccm.Portal.Live;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Ccm.Portal.Components.Pages.Instances;

/// <summary>One instance: where it is on its way, what it holds, why it is where it is, what happened.</summary>
public sealed partial class InstancePage
{
    /// <summary>Of workers and of what would help; more is counted.</summary>
    private const int MostTold = 5;

    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);
    private InstanceEntry? _entry;
    private LabletInstance? _past;
    private Dictionary<InstanceState, DateTimeOffset> _reached = [];
    private string _address = "";
    private string _doing = "";
    private bool _may;
    private PlacementExplanation? _explanation;

    /// <summary>Default while they are not known.</summary>
    private ImmutableArray<WorkerTemplate> _templates;

    private ImmutableArray<AuditEvent> _events = [];
    private bool _eventsWaiting;
    private string? _eventsProblem;
    private int _eventsRead;
    private int _templatesRead;
    private string _shown = "";
    private DateTimeOffset _explained;
    private bool _explainsSoon;

    /// <summary>Up to this revision operations may have told something of it.</summary>
    private long _awaited;

    [Parameter]
    public string Id { get; set; } = "";

    [Inject]
    private PlanningTimes Times { get; set; } = null!;

    [Inject]
    private IDialogService Dialogs { get; set; } = null!;

    protected override async Task OnParametersSetAsync()
    {
        if (_shown != Id)
            (_shown, _events, _eventsWaiting, _eventsProblem, _past) = (Id, [], false, null, null);
        Look();
        _awaited = _entry?.ModRevision ?? Fleet.Revision;
        await ReadTemplatesAsync();
        Look();
        await ReadEventsAsync();
    }

    protected override bool Apply(FleetChange change)
    {
        if (change.Templates && _entry?.Value.State == InstanceState.Pending)
            Begin(FollowTemplatesAsync);
        var mine = change.IsResync || change.Instances.Contains(Id);
        var relayed = _eventsWaiting && change.Outbox && (_eventsProblem is not null || !EventsWait);
        if (!mine && !relayed)
            return _entry?.Value.State == InstanceState.Pending && !change.Workers.IsEmpty && ExplainNowOrSoon();
        Look();
        if (mine)
            _awaited = _entry?.ModRevision ?? Fleet.Revision;
        Begin(ReadEventsAsync);
        return true;
    }

    /// <summary>Whether events of its last change, or of one before, are not in the trail yet.</summary>
    private bool EventsWait => Fleet.Outbox.Values.Any(committed => committed <= _awaited);

    /// <summary>Workers change many times a second, and each of them may be what it waits for.</summary>
    private bool ExplainNowOrSoon()
    {
        if (_explainsSoon)
            return false;
        if (Time.GetUtcNow() - _explained < Beat)
        {
            Begin(ExplainSoonAsync);
            return false;
        }
        Look();
        return true;
    }

    private async Task ExplainSoonAsync()
    {
        _explainsSoon = true;
        await Task.Delay(Beat, Time, Left);
        _explainsSoon = false;
        Look();
        StateHasChanged();
    }

    private void Look()
    {
        _entry = Actor is { } actor && Fleet.Instances.GetValueOrDefault(Id) is { } found && Reading.MayRead(actor, found.Value) ? found : null;
        ReadTimes();
        if (_entry is not { } entry)
            return;
        _address = entry.WorkerId is { } worker ? Fleet.Workers.GetValueOrDefault(worker)?.Value.Address ?? worker : "";
        _may = InstanceWords.MayManage(Actor!, entry.Value);
        _explained = Time.GetUtcNow();
        _doing = InstanceWords.Doing(entry.Value, new Waits(Fleet, _templates, _explained, Times));
        _explanation = PlacementExplainer.Explain(Fleet, entry, _templates, _explained, Times);
    }

    /// <summary>What could be added for a lab that waits; without the documents the explanation says less, and still what it knows.</summary>
    private async Task ReadTemplatesAsync()
    {
        var read = ++_templatesRead;
        try
        {
            var templates = await Control.ReadTemplatesAsync(Left);
            // An answer that a later question has overtaken is old.
            if (read == _templatesRead)
                _templates = templates;
        }
        catch (RefusedException)
        {
            // What was read before holds until the documents are back.
        }
    }

    /// <summary>They change with every worker that is made or given back.</summary>
    private async Task FollowTemplatesAsync()
    {
        await ReadTemplatesAsync();
        if (ExplainNowOrSoon())
            StateHasChanged();
    }

    /// <summary>Whether the reason of its last change says something that stands nowhere else on the page.</summary>
    private bool TellsReason(LabletInstance instance) => instance.State != InstanceState.Running && instance.LastTransition is { From: not null, Reason: var reason }
        && _doing != reason && _explanation?.Summary.Contains(reason, StringComparison.Ordinal) != true;

    private static string More(string what, int all) => Counted.Of(all - MostTold, $"more {what}");

    /// <summary>Those first of which the least would have to change: room is made sooner than another kind of worker.</summary>
    private static IEnumerable<WorkerVerdict> Nearest(ImmutableArray<WorkerVerdict> workers) =>
        workers.OrderBy(verdict => verdict.Reasons.Count(reason => reason.Code < ReasonCode.InsufficientCpu)).ThenBy(verdict => verdict.Reasons.Length);

    /// <summary>The trail follows the state by a moment: an operation still in the outbox is awaited, not missed.</summary>
    private async Task ReadEventsAsync()
    {
        if (Left.IsCancellationRequested || (_entry is null && Fleet.Instances.ContainsKey(Id)))
            return;
        var read = ++_eventsRead;
        // Before the answer is there: what is relayed meanwhile makes it be asked again.
        _eventsWaiting = EventsWait;
        try
        {
            var events = await Control.ReadAuditAsync(new AuditQuery(Subject: Subjects.Instance(Id), Limit: 200), Left);
            // An answer that a later question has overtaken is old, or another instance's.
            if (read != _eventsRead)
                return;
            if (_entry is null)
                _past = Actor is { } actor && PastInstance.Of(events) is { } past && Reading.MayRead(actor, past) ? past : null;
            (_events, _eventsProblem) = (_entry is null && _past is null ? [] : events, null);
            ReadTimes();
            StateHasChanged();
        }
        catch (RefusedException refused) when (read == _eventsRead)
        {
            (_eventsWaiting, _eventsProblem) = (true, $"Newer events cannot be read now. {refused.Problems[0].Reason}");
            StateHasChanged();
        }
        catch (RefusedException)
        {
            // Overtaken.
        }
        catch (OperationCanceledException) when (Left.IsCancellationRequested)
        {
            // The page was left.
        }
    }

    /// <summary>When it last came to each state: the trail's word, and its own for the one it is in.</summary>
    private void ReadTimes()
    {
        _reached = _events.Select(audited => (State: Words.ValueOf<InstanceState>(audited.Type[(audited.Type.LastIndexOf('.') + 1)..]), audited.Time))
            .Where(told => told.State is not null).DistinctBy(told => told.State).ToDictionary(told => told.State!.Value, told => told.Time);
        if (_entry is { } entry)
            _reached[entry.Value.State] = entry.Value.LastTransition.At;
    }

    private Task StopAsync() => TryAsync(() => Control.StopInstanceAsync(Actor!, Operation.New(), Id, Left), "The lab is asked to stop. Its ports stay its own.");

    private Task StartAsync() => TryAsync(() => Control.StartInstanceAsync(Actor!, Operation.New(), Id, Left), "The lab is asked to start again.");

    private Task ExtendAsync() => _entry?.Value.TimeslotEnd is not { } end ? Task.CompletedTask
        : TryAsync(() => Control.ExtendInstanceAsync(Actor!, Operation.New(), Id, end.AddMinutes(30), Left), "The slot ends 30 minutes later.");

    private Task CollectAsync() => TryAsync(() => Control.CollectAsync(Actor!, Operation.New(), Id, Left), "Its evidence is to be gathered, then graded.");

    private async Task EndAsync()
    {
        if (_entry is { } entry && await InstanceWords.ConfirmEndAsync(Dialogs, entry))
            await TryAsync(() => Control.CancelInstanceAsync(Actor!, Operation.New(), Id, Left), "The lab is asked to end.");
    }

    private async Task ForceAsync()
    {
        if (_entry is { } entry && await TypedConfirmation.AskAsync(Dialogs, "Force its end?", "Its lab is stopped and deleted first if its worker answers. If not, it ends without: what is left there is removed once the worker answers. If the worker answers and cannot stop it, drain the worker: then it ends without in two minutes.", entry.Value.DefinitionId, "Force its end"))
            await TryAsync(() => Control.ForceTerminateInstanceAsync(Actor!, Operation.New(), Id, Left), "The end is forced.");
    }
}

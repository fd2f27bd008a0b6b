using System.Collections.Immutable;
using Ccm.Engine.Control;
using Ccm.Engine.Documents;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Pages.Reservations;

namespace Ccm.Portal.Components.Pages.Scaling;

/// <summary>What the audit trail tells: decisions, and how the fleet grew and shrank.</summary>
public sealed partial class ScalingPage
{
    private const int PerReading = 200;

    /// <summary>Transitions of one type that are read at most; with more of them the picture reaches less far back.</summary>
    private const int MostTransitions = 2000;
    private static readonly TimeSpan Lately = TimeSpan.FromHours(6);
    private ImmutableArray<Decision> _decisions = [];
    private List<Decision> _shown = [];
    private string? _problem;
    private bool _decisionsRead;
    private bool _more;
    private bool _reading;
    private bool _trailChanged;

    /// <summary>Somebody points at the decisions: they stay where they are.</summary>
    private bool _held;

    /// <summary>Decisions that wait meanwhile.</summary>
    private int _newer;

    /// <summary>Something else is to be shown than was read.</summary>
    private bool _askAgain = true;
    private ImmutableArray<Step> _workers = [];
    private ImmutableArray<Step> _instances = [];
    private List<DateTimeOffset> _decided = [];
    private DateTimeOffset _historyAt;
    private bool _historyRead;

    private int WorkersNow => Fleet.Workers.Values.Count(worker => FleetHistory.Runs(worker.Value.State));

    private int InstancesNow => Fleet.InstancesByState.Where(pair => FleetHistory.HoldsPlace(pair.Key)).Sum(pair => pair.Value.Count);

    /// <summary>What is new goes above what was read before, so that older ones that were asked for stay.</summary>
    private async Task ReadNewestAsync()
    {
        (_trailChanged, _askAgain) = (false, false);
        var filter = _filter;
        if (await ReadAsync(filter, null) is not { } read || filter != _filter)
            return;
        if (_held && _decisions is [var newest, ..])
        {
            _newer = read.Count(decision => decision.Sequence > newest.Sequence && _filter.Shows(decision));
            return;
        }
        var oldest = read.Length < PerReading ? long.MinValue : read[^1].Sequence;
        var kept = _decisions.Where(decision => decision.Sequence < oldest).ToList();
        _more = kept.Count > 0 ? _more : read.Length == PerReading;
        Show([.. read, .. kept]);
    }

    private async Task ReadOlderAsync()
    {
        var filter = _filter;
        if (_reading || _decisions.IsEmpty || await ReadAsync(filter, _decisions[^1].Sequence) is not { } read || filter != _filter)
            return;
        _more = read.Length == PerReading;
        Show([.. _decisions, .. read]);
    }

    private void Hold(bool hold)
    {
        _held = hold;
        if (!hold && _newer > 0)
            Begin(ReadNewestAsync);
    }

    private void Show(ImmutableArray<Decision> decisions)
    {
        (_decisions, _decisionsRead, _newer) = (decisions, true, 0);
        _shown = [.. decisions.Where(_filter.Shows)];
        StateHasChanged();
    }

    /// <summary>Null when it cannot be read; what was read before stays.</summary>
    private async Task<ImmutableArray<Decision>?> ReadAsync(ScalingFilter filter, long? before)
    {
        _reading = true;
        try
        {
            var events = await Control.ReadAuditAsync(filter.Query(Time.GetUtcNow(), PerReading, before), Left);
            _problem = null;
            return [.. events.Select(audited => Decision.Of(audited, Fleet))];
        }
        catch (RefusedException refused)
        {
            (_problem, _trailChanged) = ($"Newer decisions cannot be read now. {refused.Problems[0].Reason}", true);
            return null;
        }
        finally
        {
            _reading = false;
            StateHasChanged();
        }
    }

    private async Task ReadHistoryAsync()
    {
        var now = Time.GetUtcNow();
        try
        {
            var (workers, workersFrom) = await ReadTransitionsAsync(FleetHistory.WorkerTypes, now - Lately);
            var (instances, instancesFrom) = await ReadTransitionsAsync(FleetHistory.InstanceTypes, now - Lately);
            var from = workersFrom > instancesFrom ? workersFrom : instancesFrom;
            _workers = FleetHistory.Of<WorkerState>(WorkersNow, workers, from, FleetHistory.Runs);
            _instances = FleetHistory.Of<InstanceState>(InstancesNow, instances, from, FleetHistory.HoldsPlace);
            _decided = [.. _decisions.Where(decision => decision.Kind?.Type is EventTypes.ScalingUpDecided or EventTypes.ScalingDownDecided).Select(decision => decision.At)];
            _historyAt = now;
        }
        catch (RefusedException)
        {
            (_workers, _instances) = ([], []);
        }
        _historyRead = true;
        StateHasChanged();
    }

    /// <summary>What there is now, without asking the trail again.</summary>
    private void GoOn()
    {
        if (_workers.IsEmpty)
            return;
        (_workers, _instances, _historyAt) = (Follow(_workers, WorkersNow), Follow(_instances, InstancesNow), _now);

        ImmutableArray<Step> Follow(ImmutableArray<Step> steps, int now) => steps[^1].Amount == now ? steps : steps.Add(new Step(_now, now));
    }

    private async Task<(List<AuditEvent> Events, DateTimeOffset From)> ReadTransitionsAsync(ImmutableArray<string> types, DateTimeOffset from)
    {
        var read = new List<AuditEvent>();
        foreach (var type in types)
        {
            var events = await Control.ReadAuditAsync(new AuditQuery(Type: type, From: from, Limit: MostTransitions), Left);
            read.AddRange(events);
            if (events.Length == MostTransitions)
                from = events[^1].Time;
        }
        return (read, from);
    }
}

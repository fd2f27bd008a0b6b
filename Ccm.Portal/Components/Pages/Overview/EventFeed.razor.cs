using System.Collections.Immutable;
using Ccm.Engine.Control;
using Ccm.Engine.Documents;
using Ccm.Engine.Watching;
using Ccm.Portal.Live;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Pages.Overview;

/// <summary>
/// The newest events as they reach the audit trail, which they do a moment after the change itself. While somebody points at them they
/// stay where they are, and it is told how many wait.
/// </summary>
public sealed partial class EventFeed
{
    /// <summary>From one reading to the next, however much happens.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private ImmutableArray<AuditEvent> _latest = [];
    private ImmutableArray<AuditEvent> _events = [];
    private bool _held;
    private int _newer;
    private string? _problem;
    private bool _reading;
    private long _wanted;

    [Inject]
    private LatestEvents Latest { get; set; } = null!;

    protected override bool Apply(FleetChange change)
    {
        if (!change.Outbox)
            return false;
        _wanted = change.After.Revision;
        if (!_reading)
            Begin(ReadAsync);
        return false;
    }

    private void Hold(bool hold)
    {
        _held = hold;
        Take();
        StateHasChanged();
    }

    private void Take()
    {
        if (!_held || _events.IsEmpty)
            _events = _latest;
        _newer = _latest.Count(audited => audited.Sequence > _events[0].Sequence);
    }

    private async Task ReadAsync()
    {
        _reading = true;
        for (var read = -1L; read < _wanted;)
        {
            read = _wanted;
            try
            {
                (_latest, _problem) = (await Latest.ReadAsync(read, Left), null);
                Take();
            }
            catch (RefusedException refused)
            {
                (_problem, read) = ($"{refused.Problems[0].Reason} It is tried again by itself.", -1);
            }
            StateHasChanged();
            await Task.Delay(Pause, Time, Left);
        }
        _reading = false;
    }
}

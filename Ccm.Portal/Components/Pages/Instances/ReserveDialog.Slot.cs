using System.Collections.Immutable;
using System.Globalization;
using Ccm.Engine.Booking;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;

namespace Ccm.Portal.Components.Pages.Instances;

/// <summary>Whether the slot that is chosen is free, asked of the forecast that reserving it asks, once somebody rests on it.</summary>
public sealed partial class ReserveDialog
{
    private static readonly TimeSpan Debounce = TimeSpan.FromMilliseconds(300);
    private CancellationTokenSource? _asking;
    private SlotOutlook? _outlook;
    private bool _closed;

    /// <summary>What is wrong with the slot, by itself.</summary>
    private Problem? _slotProblem;

    /// <summary>Minutes of the slot that is looked at.</summary>
    private int _duration;

    private bool IsDurationWrong => _slotProblem is { Field: "durationMinutes" } || _problems.Any(problem => problem.Field == "durationMinutes");

    private bool Looking => _asking is not null;

    /// <summary>What stands in the way: as reserving it was told, else as the forecast says already.</summary>
    private SlotShortage? Shortage => _shortage ?? _outlook?.Shortage;

    public void Dispose()
    {
        _closed = true;
        Overtake();
    }

    /// <summary>Something that decides on the slot is another: what was said of it holds no longer.</summary>
    private void Look() => _ = LookAsync();

    private async Task LookAsync()
    {
        Forget();
        // Closed while the lab was read: nobody is left who asks.
        if (_closed || _definition is not { NodeCount: > 0 } definition)
            return;
        try
        {
            _duration = Duration(definition);
        }
        catch (RefusedException wrong)
        {
            _slotProblem = wrong.Problems[0];
            return;
        }
        if (!_later || _never is not null)
            return;
        using var asking = _asking = new CancellationTokenSource();
        SlotOutlook? outlook = null;
        Problem? problem = null;
        try
        {
            await Task.Delay(Debounce, Time, asking.Token);
            outlook = await Control.LookAtSlotAsync(definition, definition.Region.Length == 0 ? _region : null, SlotStart(), _duration, asking.Token);
        }
        catch (OperationCanceledException) when (asking.IsCancellationRequested)
        {
            // A later question has overtaken it, or the dialog is closed.
            return;
        }
        catch (Exception exception)
        {
            problem = exception is RefusedException { Problems: [var first, ..] } ? first : new Problem(null, Live.Faults.Describe(exception, Log), "");
        }
        if (_asking != asking)
            return;
        (_asking, _outlook, _slotProblem) = (null, outlook, problem);
        StateHasChanged();
    }

    private void Forget()
    {
        Overtake();
        (_problems, _shortage, _override, _outlook, _slotProblem) = ([], null, false, null, null);
    }

    private void Overtake()
    {
        _asking?.Cancel();
        _asking = null;
    }

    /// <exception cref="RefusedException">It is no whole number of minutes, or not what the lab allows.</exception>
    private int Duration(LabletDefinition definition)
    {
        if (!int.TryParse(_minutes, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var minutes))
            throw RefusedException.Invalid("durationMinutes", string.IsNullOrWhiteSpace(_minutes) ? "The slot has no length." : $"'{_minutes}' is no whole number of minutes.", $"Ask for 1 to {Counted.Of(definition.MaxDurationMinutes, "minute")}.");
        ControlPlane.CheckDuration(definition, minutes);
        return minutes;
    }

    /// <exception cref="RefusedException">It is no time that a slot could have.</exception>
    private DateTimeOffset SlotStart()
    {
        if (_start.Year is < 2000 or > 9000)
            throw RefusedException.Invalid("timeslotStart", _start == default ? "The slot has no start." : $"The year {_start.Year} is no start of a slot.", "Give a day and time to come.");
        // What was chosen, while it stands there as it was: a clock that is put back shows an hour twice.
        return _chosen is { } chosen && Viewer.Local(chosen).DateTime == _start ? chosen : Viewer.FromLocal(_start);
    }

    private string Slot()
    {
        var (from, until) = (Viewer.Local(SlotStart()), Viewer.Local(SlotStart().AddMinutes(_duration)));
        return $"{Viewer.Planned(from)} to {(from.Date == until.Date ? Viewer.Clock(until) : Viewer.Planned(until))}";
    }

    /// <summary>What is wrong and, unless free slots say it, what would be right.</summary>
    private string Advice(Problem problem) => Shortage is { FreeSlots.IsEmpty: false } ? problem.Reason : $"{problem.Reason} {problem.Fix}";

    private static string Places(SlotOutlook outlook) => outlook.Most == 1 ? "The only place for this lab is free"
        : $"{outlook.Free}{(outlook.OrMore ? " or more" : "")} of {Counted.Number(outlook.Most)} places for this lab {(outlook is { Free: 1, OrMore: false } ? "is" : "are")} free";
}

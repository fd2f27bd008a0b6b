using System.Collections.Immutable;
using Ccm.Engine.Booking;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;

namespace Ccm.Portal.Components.Pages.Reservations;

/// <summary>Free times for a lab, asked of the forecast when somebody wants to know: it works for a while over thousands of bookings.</summary>
public sealed partial class ReservationsPage
{
    private const int Slots = 8;
    private static readonly TimeSpan Debounce = TimeSpan.FromMilliseconds(300);
    private (string Lab, int Minutes, DateTimeOffset? From) _asked = ("", 0, null);
    private ImmutableArray<FreeSlot>? _slots;
    private string? _slotsProblem;
    private bool _slotsChanged;
    private bool _looking;
    private CancellationTokenSource? _asking;

    private async Task FindAsync()
    {
        var (before, overtaken) = (_asked, _asking);
        var asked = _asked = (_view.Lab, _view.Minutes, _view.From);
        using var asking = _asking = CancellationTokenSource.CreateLinkedTokenSource(Left);
        (_slots, _slotsProblem, _slotsChanged, _looking) = (null, null, false, asked.Lab.Length > 0);
        StateHasChanged();
        if (overtaken is not null)
            await overtaken.CancelAsync();
        ImmutableArray<FreeSlot>? slots = null;
        string? problem = null;
        try
        {
            // Whoever moves through the time asks where they come to rest.
            if (_looking && asked.From != before.From && asked == before with { From = asked.From })
                await Task.Delay(Debounce, Time, asking.Token);
            if (_looking)
                slots = await FindAsync(asked.Lab, asked.Minutes, asked.From, asking.Token);
        }
        catch (OperationCanceledException) when (asking.IsCancellationRequested)
        {
            // A later question has overtaken it, or the page was left.
            return;
        }
        catch (RefusedException refused)
        {
            problem = refused.Message;
        }
        if (_asking != asking)
            return;
        (_asking, _slots, _slotsProblem, _looking) = (null, slots, problem, false);
        StateHasChanged();
    }

    private async Task<ImmutableArray<FreeSlot>> FindAsync(string lab, int minutes, DateTimeOffset? from, CancellationToken cancellationToken)
    {
        if (!_labs.Contains(lab))
            throw new RefusedException(RefusalKind.NotFound, new Problem("lab", $"There is no lab '{lab}' that can be reserved.", "Choose one from the list."));
        var definition = await Control.ReadDefinitionAsync(lab, Fleet.Definitions[lab].Value.Latest!, cancellationToken);
        if (minutes > definition.MaxDurationMinutes)
            throw RefusedException.Invalid("minutes", $"{lab} may last {Counted.Of(definition.MaxDurationMinutes, "minute")} at most.", $"Ask for 1 to {Counted.Of(definition.MaxDurationMinutes, "minute")}.");
        var earliest = from > Time.GetUtcNow() ? from : null;
        var slots = await Control.FreeSlotsAsync(definition, null, earliest, minutes > 0 ? minutes : definition.MaxDurationMinutes, Slots, cancellationToken);
        if (slots.IsEmpty && BookingForecast.CheckWhetherItEverFits(Fleet, await Control.ReadTemplatesAsync(cancellationToken), LabRequest.Of(definition)) is { } never)
            throw new RefusedException(RefusalKind.Conflict, new Problem("lab", never.Reason, "It would wait for ever: an admin can make or enable a worker template that takes it."));
        return slots;
    }
}

using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Labs;
using Ccm.Engine.Watching;
using Ccm.Portal.Components;
using Ccm.Portal.Components.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Ccm.Portal.Live;

/// <summary>
/// A page, or a part of one, that shows the fleet as it is: the circuit's <see cref="CircuitFeed"/> tells it what changes while a browser
/// looks. While it is paused it follows all the same, and keeps what it would have shown.
/// </summary>
public abstract class LivePage : BeatingComponent
{
    private FleetChange? _held;

    /// <summary>The fleet as shown.</summary>
    protected FleetSnapshot Fleet { get; private set; } = FleetSnapshot.Empty;

    /// <summary>Whether something that was asked for is under way.</summary>
    protected bool Busy { get; private set; }

    [Inject]
    protected WatchCache Cache { get; set; } = null!;

    [Inject]
    private CircuitFeed Feed { get; set; } = null!;

    [Inject]
    protected ControlPlane Control { get; set; } = null!;

    [Inject]
    private ISnackbar Snackbar { get; set; } = null!;

    [Inject]
    private ILogger<LivePage> Log { get; set; } = null!;

    /// <summary>Who looks.</summary>
    [CascadingParameter]
    protected Actor? Actor { get; set; }

    [CascadingParameter]
    protected Viewer Viewer { get; set; } = Viewer.Default;

    /// <summary>Null where nothing is ever held: what everybody has to know, and what stands outside the layout.</summary>
    [CascadingParameter]
    private LivePause? Pause { get; set; }

    protected bool May(Permission permission) => Actor?.May(permission) == true;

    protected override void OnInitialized() => Fleet = Cache.Current;

    protected override void OnAfterRender(bool firstRender)
    {
        base.OnAfterRender(firstRender);
        if (!firstRender)
            return;
        if (Pause is { } pause)
            pause.Changed += ShowHeld;
        Feed.Join(this);
        // What changed since the first painting began; a part that opens while the page is paused shows what is then.
        Begin(() =>
        {
            Show(FleetChange.Resync(Fleet, Cache.Current));
            return Task.CompletedTask;
        });
    }

    /// <summary>Takes over what changed before the page is painted; false: nothing of it is shown here.</summary>
    protected abstract bool Apply(FleetChange change);

    /// <summary>
    /// Does what was asked for and says how it went: a refusal with its reason and what would be right, a fault without its inside.
    /// The page lives on either way.
    /// </summary>
    protected async Task<bool> TryAsync(Func<Task> act, string done)
    {
        Busy = true;
        try
        {
            await act();
            Snackbar.Add(done, Severity.Success);
            return true;
        }
        catch (OperationCanceledException) when (Left.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception exception)
        {
            Snackbar.Add(Told.On(Viewer, Faults.Describe(exception, Log)), Severity.Error);
            return false;
        }
        finally
        {
            Busy = false;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (Pause is { } pause)
            pause.Changed -= ShowHeld;
        await base.DisposeAsync();
        await Feed.LeaveAsync(this);
        GC.SuppressFinalize(this);
    }

    /// <summary>Told by the circuit's feed, to all of its parts one after the other; a fault of this one is nothing to the others.</summary>
    internal Task FollowAsync(FleetChange change) => RunAsync(() =>
    {
        Take(change);
        return Task.CompletedTask;
    });

    private void Take(FleetChange change)
    {
        if (Left.IsCancellationRequested)
            return;
        var seen = _held?.After ?? Fleet;
        if (!ReferenceEquals(change.Before, seen))
        {
            // It came later than the others, and began with what is newer than what they are told now.
            if (!change.IsResync && change.After.Revision < seen.Revision)
                return;
            change = FleetChange.Resync(seen, change.After);
        }
        if (Pause is not { IsPaused: true } pause)
        {
            Show(change);
            return;
        }
        _held = _held is { } before ? FleetChange.Merge([before, change], FleetSubscription.Bound) : change;
        pause.Hold(ChangedObjects.Of(change, Actor));
    }

    private void ShowHeld()
    {
        if (Pause is { IsPaused: true } || _held is not { } held)
            return;
        _held = null;
        Begin(() =>
        {
            Show(held);
            return Task.CompletedTask;
        });
    }

    private void Show(FleetChange change)
    {
        Fleet = change.After;
        if (Apply(change))
            StateHasChanged();
    }
}

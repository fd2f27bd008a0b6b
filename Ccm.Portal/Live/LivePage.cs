using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Labs;
using Ccm.Engine.Watching;
using Ccm.Portal.Components;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Ccm.Portal.Live;

/// <summary>
/// A page that shows the fleet as it is. One subscription to the watch cache while a browser looks; the first change is painted at once,
/// those that follow within a frame or two together.
/// </summary>
public abstract class LivePage : ComponentBase, IAsyncDisposable
{
    private static readonly TimeSpan Together = TimeSpan.FromMilliseconds(40);
    private readonly CancellationTokenSource _left = new();
    private Task _following = Task.CompletedTask;

    /// <summary>The fleet as shown.</summary>
    protected FleetSnapshot Fleet { get; private set; } = FleetSnapshot.Empty;

    /// <summary>Cancelled when the page is left.</summary>
    protected CancellationToken Left => _left.Token;

    /// <summary>Whether something that was asked for is under way.</summary>
    protected bool Busy { get; private set; }

    [Inject]
    protected WatchCache Cache { get; set; } = null!;

    [Inject]
    protected ControlPlane Control { get; set; } = null!;

    [Inject]
    protected TimeProvider Time { get; set; } = null!;

    [Inject]
    private ISnackbar Snackbar { get; set; } = null!;

    /// <summary>Who looks.</summary>
    [CascadingParameter]
    protected Actor? Actor { get; set; }

    [CascadingParameter]
    protected Viewer Viewer { get; set; } = Viewer.Default;

    protected bool May(Permission permission) => Actor?.May(permission) == true;

    protected override void OnInitialized() => Fleet = Cache.Current;

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
            _following = FollowAsync(Cache.Subscribe());
    }

    /// <summary>Takes over what changed before the page is painted; false: nothing of it is shown here.</summary>
    protected abstract bool Apply(FleetChange change);

    /// <summary>Does what was asked for and says how it went: a refusal with its reason and what would be right.</summary>
    protected async Task<bool> TryAsync(Func<Task> act, string done)
    {
        Busy = true;
        try
        {
            await act();
            Snackbar.Add(done, Severity.Success);
            return true;
        }
        catch (RefusedException refused)
        {
            Snackbar.Add(refused.Message, Severity.Error);
            return false;
        }
        catch (LabRefusedException refused)
        {
            Snackbar.Add(refused.Message, Severity.Error);
            return false;
        }
        finally
        {
            Busy = false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _left.CancelAsync();
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _left.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task FollowAsync(FleetSubscription subscription)
    {
        using (subscription)
        {
            try
            {
                var change = FleetChange.Resync(Fleet, subscription.Start);
                while (true)
                {
                    var now = change;
                    await InvokeAsync(() => Show(now));
                    await Task.Delay(Together, Time, _left.Token);
                    change = await subscription.NextAsync(_left.Token);
                }
            }
            catch (OperationCanceledException) when (_left.IsCancellationRequested)
            {
                // The page was left.
            }
            catch (Exception exception)
            {
                await DispatchExceptionAsync(exception);
            }
        }
    }

    private void Show(FleetChange change)
    {
        Fleet = change.After;
        if (Apply(change))
            StateHasChanged();
    }
}

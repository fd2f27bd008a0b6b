using System.Globalization;
using Ccm.Engine.Watching;
using Ccm.Portal.Live;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Layout;

/// <summary>Tells how fresh the page is, once a second, and holds it still.</summary>
public sealed partial class Pulse
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);
    private readonly CancellationTokenSource _left = new();
    private Task _beating = Task.CompletedTask;
    private WatchFreshness _freshness = new(0, null, null);
    private string _age = "";
    private bool _stale;

    [Parameter]
    public LivePause Pause { get; set; } = new();

    [Inject]
    private WatchCache Cache { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    private string Waits => Pause.Waiting switch { 0 => "nothing waits", 1 => "1 change waits", var many => string.Create(CultureInfo.InvariantCulture, $"{many:N0} changes wait") };

    protected override void OnInitialized()
    {
        Pause.Changed += StateHasChanged;
        Look();
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
            _beating = BeatAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Pause.Changed -= StateHasChanged;
        await _left.CancelAsync();
        await _beating.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _left.Dispose();
    }

    private void Toggle()
    {
        if (Pause.IsPaused)
            Pause.Resume();
        else
            Pause.Pause(Cache.Current.Revision);
    }

    private async Task BeatAsync()
    {
        while (!_left.IsCancellationRequested)
        {
            await Task.Delay(Beat, Time, _left.Token);
            await InvokeAsync(() =>
            {
                var shown = (_freshness.Revision, _age, _stale);
                Look();
                if (shown != (_freshness.Revision, _age, _stale))
                    StateHasChanged();
            });
        }
    }

    private void Look()
    {
        _freshness = Cache.Freshness;
        _stale = _freshness.Problem is not null;
        _age = _freshness.LastHeard is not { } heard ? "not read yet"
            : _stale ? $"{Math.Max(0, (int)(Time.GetUtcNow() - heard).TotalSeconds)} s ago" : "live";
    }
}

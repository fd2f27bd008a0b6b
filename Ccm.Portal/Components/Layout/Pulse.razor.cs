using Ccm.Engine.Watching;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Layout;

/// <summary>Tells how fresh the page is, once a second.</summary>
public sealed partial class Pulse
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);
    private readonly CancellationTokenSource _left = new();
    private Task _beating = Task.CompletedTask;
    private WatchFreshness _freshness = new(0, null, null);
    private string _age = "";
    private bool _stale;

    [Inject]
    private WatchCache Cache { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    protected override void OnInitialized() => Look();

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
            _beating = BeatAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _left.CancelAsync();
        await _beating.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _left.Dispose();
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

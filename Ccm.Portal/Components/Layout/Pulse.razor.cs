using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Portal.Live;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Layout;

/// <summary>Tells how fresh the page is, once a second, and holds it still.</summary>
public sealed partial class Pulse
{
    private WatchFreshness _freshness = new(0, null, null);
    private string _age = "";
    private bool _stale;

    [Parameter]
    public LivePause Pause { get; set; } = new();

    [Inject]
    private WatchCache Cache { get; set; } = null!;

    private string Waits => Pause.Waiting switch { 0 => "nothing waits", var changes => Counted.Of(changes, "change waits", "changes wait") };

    protected override TimeSpan? LookEvery => TimeSpan.FromSeconds(1);

    protected override void OnInitialized()
    {
        Pause.Changed += StateHasChanged;
        Look();
    }

    public override async ValueTask DisposeAsync()
    {
        Pause.Changed -= StateHasChanged;
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected override bool LookAgain()
    {
        var shown = (_freshness.Revision, _age, _stale);
        Look();
        return shown != (_freshness.Revision, _age, _stale);
    }

    private void Toggle()
    {
        if (Pause.IsPaused)
            Pause.Resume();
        else
            Pause.Pause(Cache.Current.Revision);
    }

    private void Look()
    {
        _freshness = Cache.Freshness;
        _stale = _freshness.Problem is not null;
        _age = _freshness.LastHeard is not { } heard ? "not read yet"
            : _stale ? $"{Math.Max(0, (int)(Time.GetUtcNow() - heard).TotalSeconds)} s ago" : "live";
    }
}

using System.Globalization;
using Ccm.Engine.Leadership;
using Ccm.Engine.Watching;
using Ccm.Portal.Health;
using Ccm.Portal.Live;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Pages.SystemStatus;

/// <summary>The process that serves the page, looked at every few seconds while somebody looks.</summary>
public sealed partial class ReplicaPanel : IAsyncDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);
    private readonly CancellationTokenSource _left = new();
    private Task _looking = Task.CompletedTask;
    private Vitals _vitals = null!;

    [Inject]
    private Replica Replica { get; set; } = null!;

    [Inject]
    private OpenCircuits Circuits { get; set; } = null!;

    [Inject]
    private WatchCache Cache { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    protected override void OnInitialized() => Look();

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
            _looking = LookOnAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _left.CancelAsync();
        await _looking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _left.Dispose();
    }

    private void Look() => _vitals = Vitals.Of(Replica, Circuits, Cache);

    private async Task LookOnAsync()
    {
        while (true)
        {
            await Task.Delay(Beat, Time, _left.Token);
            await InvokeAsync(() =>
            {
                Look();
                StateHasChanged();
            });
        }
    }

    private static string Megabytes(long bytes) => (bytes / 1048576.0).ToString("#,0", CultureInfo.InvariantCulture) + " MB";
}

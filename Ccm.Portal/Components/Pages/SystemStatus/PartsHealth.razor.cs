using Ccm.Portal.Health;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Pages.SystemStatus;

/// <summary>How those parts are that bring no change to paint by when they fail: asked every few seconds while somebody looks.</summary>
public sealed partial class PartsHealth : IAsyncDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);
    private readonly CancellationTokenSource _left = new();
    private Task _asking = Task.CompletedTask;
    private List<(string Name, StoreStatus Part)> _parts = [];

    [Inject]
    private SystemHealth Health { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
            _asking = AskAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _left.CancelAsync();
        await _asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _left.Dispose();
    }

    private async Task AskAsync()
    {
        while (true)
        {
            var (documents, sessions, identity) = (Health.DocumentsAsync(_left.Token), Health.SessionsAsync(_left.Token), Health.IdentityAsync(_left.Token));
            var parts = new List<(string, StoreStatus)> { ("Documents", await documents), ("Sessions", await sessions), ("Identity", await identity) };
            await InvokeAsync(() =>
            {
                _parts = parts;
                StateHasChanged();
            });
            await Task.Delay(Beat, Time, _left.Token);
        }
    }
}

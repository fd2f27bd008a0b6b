using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Live;

/// <summary>Shows what changes by the time alone, or in parts that tell nobody: it looks again every so often while a browser looks at it.</summary>
public abstract class BeatingComponent : ComponentBase, IAsyncDisposable
{
    private readonly CancellationTokenSource _left = new();
    private Task _beating = Task.CompletedTask;

    protected BeatingComponent() => Left = _left.Token;

    /// <summary>Cancelled when the component is left; may still be asked afterwards, by what was under way.</summary>
    protected CancellationToken Left { get; }

    /// <summary>How often <see cref="LookAgain"/> is called; null: never.</summary>
    protected virtual TimeSpan? LookEvery => null;

    [Inject]
    protected TimeProvider Time { get; set; } = null!;

    /// <summary>False: nothing differs from what is shown.</summary>
    protected virtual bool LookAgain() => true;

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender && LookEvery is { } period)
            _beating = RunAsync(() => BeatAsync(period));
    }

    /// <summary>Begins what nobody waits for. Its fault goes to the page's error boundary, as a handler's would, instead of getting lost.</summary>
    protected void Begin(Func<Task> act) => _ = RunAsync(act);

    public virtual async ValueTask DisposeAsync()
    {
        await _left.CancelAsync();
        await _beating;
        _left.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task BeatAsync(TimeSpan period)
    {
        while (true)
        {
            await Task.Delay(period, Time, Left);
            if (LookAgain())
                StateHasChanged();
        }
    }

    /// <summary>On the circuit's context; a fault goes to the page's error boundary.</summary>
    protected async Task RunAsync(Func<Task> act)
    {
        try
        {
            await InvokeAsync(act);
        }
        catch (Exception) when (Left.IsCancellationRequested)
        {
            // The component was left.
        }
        catch (Exception exception)
        {
            await DispatchExceptionAsync(exception);
        }
    }
}

using Ccm.Engine.Control;

namespace Ccm.Portal.Live;

/// <summary>A live page that shows documents too: while they cannot be read it says so, and reads again until they are back.</summary>
public abstract class DocumentsPage : LivePage
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private bool _retrying;

    /// <summary>Why they cannot be read now; null when they were.</summary>
    protected string? Problem { get; private set; }

    /// <exception cref="RefusedException">The document store is away.</exception>
    protected abstract Task ReadDocumentsAsync();

    protected async Task ReadAsync()
    {
        try
        {
            await ReadDocumentsAsync();
            Problem = null;
        }
        catch (RefusedException refused)
        {
            Problem = $"{refused.Problems[0].Reason} It is tried again by itself.";
            RetryLater();
        }
        catch (OperationCanceledException) when (Left.IsCancellationRequested)
        {
            return;
        }
        StateHasChanged();
    }

    /// <summary>The documents tell nobody that they are back.</summary>
    private void RetryLater()
    {
        if (_retrying)
            return;
        _retrying = true;
        Begin(async () =>
        {
            await Task.Delay(Pause, Time, Left);
            _retrying = false;
            await ReadAsync();
        });
    }
}

namespace Ccm.Engine.State.Embedded;

/// <summary>Wakes one watcher; what it missed it reads from the table, so a slow one holds nothing and loses nothing.</summary>
internal sealed class SqliteWatch(Action<SqliteWatch> leave) : IDisposable
{
    private readonly SemaphoreSlim _signal = new(0, 1);

    public void Signal()
    {
        try
        {
            if (_signal.CurrentCount == 0)
                _signal.Release();
        }
        catch (SemaphoreFullException)
        {
            // Signalled already.
        }
    }

    public Task WaitAsync(CancellationToken cancellationToken) => _signal.WaitAsync(cancellationToken);

    public void Dispose() => leave(this);
}

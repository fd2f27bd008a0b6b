using System.Collections.Immutable;
using Ccm.Engine.Control;
using Ccm.Engine.Documents;
using Ccm.Engine.Watching;

namespace Ccm.Portal.Live;

/// <summary>The newest events of the audit trail, read once for all pages of this replica that show them.</summary>
internal sealed class LatestEvents(ControlPlane control, WatchCache cache) : IDisposable
{
    public const int Count = 30;

    private readonly SemaphoreSlim _one = new(1);
    private long _revision = -1;
    private ImmutableArray<AuditEvent> _events = [];

    /// <summary>Newest first, with everything that had left the outbox at <paramref name="revision"/>.</summary>
    /// <exception cref="RefusedException">The document store is away.</exception>
    public async Task<ImmutableArray<AuditEvent>> ReadAsync(long revision, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_revision < revision)
            {
                var now = cache.Current.Revision;
                _events = await control.ReadAuditAsync(new AuditQuery(Limit: Count), cancellationToken);
                _revision = now;
            }
            return _events;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();
}

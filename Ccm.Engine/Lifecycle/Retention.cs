using Ccm.Engine.Control;
using Ccm.Engine.Documents;
using Ccm.Engine.Domain;
using Ccm.Engine.Leadership;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Ccm.Engine.Lifecycle;

/// <summary>Forgets what has been kept long enough: keys of what ended, history of the store, old audit events.</summary>
internal sealed partial class Retention(
    ControlPlane control, WatchCache cache, IStateStore store, IAuditTrail trail, IOptions<RetentionOptions> options, TimeProvider time, ILogger<Retention> logger)
{
    private readonly Queue<(DateTimeOffset At, long Revision)> _history = new();
    private DateTimeOffset _expired = DateTimeOffset.MinValue;

    public async Task SweepAsync(LeaderTerm term)
    {
        var now = time.GetUtcNow();
        var before = now - options.Value.Terminated;
        foreach (var instance in cache.Current.In(InstanceState.Terminated).Where(instance => instance.Value.LastTransition.At < before))
            await control.ForgetInstanceAsync(term.Fence, instance, term.Over);
        foreach (var worker in cache.Current.Workers.Values.Where(worker => worker.Value.State == WorkerState.Terminated && worker.Value.LastTransition.At < before))
            await control.ForgetWorkerAsync(term.Fence, worker, term.Over);
        try
        {
            await CompactAsync(now, term);
            if (now - _expired < TimeSpan.FromHours(1))
                return;
            await trail.ExpireAsync(now.AddDays(-options.Value.AuditDays), term.Over);
            _expired = now;
        }
        catch (Exception exception) when (exception is StateStoreUnavailableException or StateCompactedException or DocumentsUnavailableException)
        {
            LogSkipped(exception.Message);
        }
    }

    private async Task CompactAsync(DateTimeOffset now, LeaderTerm term)
    {
        _history.Enqueue((now, cache.Current.Revision));
        long? oldest = null;
        while (_history.TryPeek(out var mark) && mark.At <= now - options.Value.History)
            oldest = _history.Dequeue().Revision;
        if (oldest is > 0)
            await store.CompactAsync(oldest.Value, term.Over);
    }

    [LoggerMessage(7401, LogLevel.Warning, "Old history is kept until the next sweep: {Reason}")]
    private partial void LogSkipped(string reason);
}

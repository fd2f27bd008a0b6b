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
    private readonly HashSet<string> _told = [];
    private DateTimeOffset _expired = DateTimeOffset.MinValue;
    private long _marked;

    public async Task SweepAsync(LeaderTerm term)
    {
        var now = time.GetUtcNow();
        var before = now - options.Value.Terminated;
        foreach (var instance in cache.Current.In(InstanceState.Terminated).Where(instance => instance.Value.LastTransition.At < before))
            await control.ForgetInstanceAsync(term.Fence, instance, term.Over);
        foreach (var worker in cache.Current.Workers.Values.Where(worker => worker.Value.State == WorkerState.Terminated && worker.Value.LastTransition.At < before))
            await control.ForgetWorkerAsync(term.Fence, worker, term.Over);
        await TryAsync(() => CompactAsync(now, term));
        await TryAsync(() => ExpireAsync(now, term));
    }

    private async Task CompactAsync(DateTimeOffset now, LeaderTerm term)
    {
        var revision = cache.Current.Revision;
        // A store that was restored counts anew.
        if (revision < _marked)
            _history.Clear();
        _marked = revision;
        _history.Enqueue((now, revision));
        long? oldest = null;
        while (_history.TryPeek(out var mark) && mark.At <= now - options.Value.History)
            oldest = _history.Dequeue().Revision;
        if (oldest is > 0)
            await store.CompactAsync(oldest.Value, term.Over);
    }

    private async Task ExpireAsync(DateTimeOffset now, LeaderTerm term)
    {
        if (now - _expired < TimeSpan.FromHours(1))
            return;
        await trail.ExpireAsync(now.AddDays(-options.Value.AuditDays), term.Over);
        _expired = now;
    }

    /// <summary>What cannot be done now is done at a later sweep; the reason is told once.</summary>
    private async Task TryAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception exception) when (exception is StateStoreUnavailableException or StateCompactedException or StateFutureRevisionException or DocumentsUnavailableException)
        {
            if (_told.Add(exception.Message))
                LogSkipped(exception.Message);
            if (_told.Count > 100)
                _told.Clear();
        }
    }

    [LoggerMessage(7401, LogLevel.Warning, "Old history is kept until the next sweep: {Reason}")]
    private partial void LogSkipped(string reason);
}

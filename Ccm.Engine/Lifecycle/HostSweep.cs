using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Hosts;
using Ccm.Engine.Leadership;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Microsoft.Extensions.Logging;

namespace Ccm.Engine.Lifecycle;

/// <summary>
/// Compares what runs on each host with what should. A running instance whose lab is gone has failed; one whose lab was stopped is
/// STOPPED by intent; labs of instances that ended or live elsewhere are removed. What cannot be undone is done once two sweeps running
/// have seen the same: a host that comes up may list its labs late.
/// </summary>
internal sealed partial class HostSweep(ControlPlane control, WatchCache cache, HostRegistry hosts, LeftBehind leftBehind, TimeProvider time, ILogger<HostSweep> logger)
{
    private const int AtOnce = 8;

    /// <summary>For one host.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private HashSet<(string Worker, string Lab)> _leftBehind = [];
    private HashSet<string> _missing = [];
    private StateGuard? _fence;

    /// <summary>Several hosts at once: one that is slow holds up no other.</summary>
    public async Task SweepAsync(LeaderTerm term)
    {
        // What was seen in an earlier term was not seen a moment ago.
        if (_fence != term.Fence)
            (_leftBehind, _missing, _fence) = ([], [], term.Fence);
        using var turns = new SemaphoreSlim(AtOnce);
        var seen = await Task.WhenAll(cache.Current.Workers.Values.Where(IsCompared).Select(async worker =>
        {
            await turns.WaitAsync(term.Over);
            try
            {
                return await CompareAsync(term, worker.Id);
            }
            finally
            {
                turns.Release();
            }
        }));
        _leftBehind = [.. seen.SelectMany(sight => sight.LeftBehind)];
        _missing = [.. seen.SelectMany(sight => sight.Missing)];
    }

    private static bool IsCompared(WorkerEntry worker) => worker.Value is { State: WorkerState.Running or WorkerState.Draining, UnreachableSince: null, LostSince: null };

    private async Task<Sight> CompareAsync(LeaderTerm term, string workerId)
    {
        var seen = new Sight([], []);
        // The snapshot is read before the host: a lab imported in between belongs to an instance that is then not judged.
        var snapshot = cache.Current;
        // It may have changed while it waited for its turn.
        if (!snapshot.Workers.TryGetValue(workerId, out var worker) || !IsCompared(worker))
            return seen;
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(term.Over, patience.Token);
        var within = term with { Over = either.Token };
        try
        {
            var labs = await hosts.LabsOf(worker.Value).ListAsync(worker.Value, within.Over);
            await JudgeRunningAsync(within, snapshot, worker, labs, seen.Missing);
            await RemoveLeftBehindAsync(within, worker, labs, seen.LeftBehind);
        }
        catch (Exception exception) when (exception is HostUnreachableException or HostRefusedException or StateStoreUnavailableException or RefusedException
            || (exception is OperationCanceledException && !term.Over.IsCancellationRequested))
        {
            LogSkipped(worker.Id, patience.IsCancellationRequested ? $"It was not done within {Patience.TotalSeconds} s." : exception.Message);
        }
        catch (Exception exception) when (!term.Over.IsCancellationRequested)
        {
            // As a value that cannot be read: it is this worker's trouble, and no reason to stop all others' work.
            LogFailed(worker.Id, exception);
        }
        return seen;
    }

    private async Task JudgeRunningAsync(LeaderTerm term, FleetSnapshot snapshot, WorkerEntry worker, IReadOnlyList<HostLab> labs, HashSet<string> missing)
    {
        foreach (var entry in snapshot.On(worker.Id).Where(entry => entry is { Unreadable: null, Value: { State: InstanceState.Running or InstanceState.Collecting or InstanceState.Grading, Target: InstanceTarget.Running } }))
        {
            var lab = labs.FirstOrDefault(lab => lab.Id == entry.Value.Checkpoint?.LabId);
            if (lab is null && (!missing.Add(entry.Id) || !_missing.Contains(entry.Id)))
                continue;
            if (lab is null)
                await control.NoteInstanceAsync(term.Fence, entry, "Its lab is missing on the host.", i => InstancePlanner.Ending(i, Outcome.Failed), term.Over);
            else if (lab.State is HostLabState.Stopped or HostLabState.DefinedOnCore)
                await control.NoteInstanceAsync(term.Fence, entry, "Its lab was found stopped.", i => i with { Target = InstanceTarget.Stopped }, term.Over);
        }
    }

    private async Task RemoveLeftBehindAsync(LeaderTerm term, WorkerEntry worker, IReadOnlyList<HostLab> labs, HashSet<(string, string)> seen)
    {
        foreach (var (lab, instance) in leftBehind.Among(labs, worker))
        {
            if (seen.Add((worker.Id, lab.Id)) && _leftBehind.Contains((worker.Id, lab.Id)))
                await leftBehind.RemoveAsync(term, worker, lab, instance);
        }
    }

    private sealed record Sight(HashSet<(string Worker, string Lab)> LeftBehind, HashSet<string> Missing);

    [LoggerMessage(7301, LogLevel.Information, "Host {WorkerId} is not compared: {Reason}")]
    private partial void LogSkipped(string workerId, string reason);

    [LoggerMessage(7304, LogLevel.Error, "Host {WorkerId} could not be compared, and is at the next sweep.")]
    private partial void LogFailed(string workerId, Exception exception);
}

using System.Text;
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
/// STOPPED by intent; labs of instances that ended or live elsewhere are removed once two sweeps running have seen them.
/// </summary>
internal sealed partial class HostSweep(ControlPlane control, WatchCache cache, HostRegistry hosts, IStateStore store, ILogger<HostSweep> logger)
{
    private HashSet<(string Worker, string Lab)> _leftBehind = [];

    public async Task SweepAsync(LeaderTerm term)
    {
        var seen = new HashSet<(string, string)>();
        foreach (var worker in cache.Current.Workers.Values.Where(worker => worker.Value is { State: WorkerState.Running or WorkerState.Draining, UnreachableSince: null, LostSince: null }))
        {
            try
            {
                // The snapshot is read before the host: a lab imported in between belongs to an instance that is then not judged.
                var snapshot = cache.Current;
                var labs = await hosts.Labs.ListAsync(worker.Value, term.Over);
                await JudgeRunningAsync(term, snapshot, worker, labs);
                await RemoveLeftBehindAsync(term, worker, labs, seen);
            }
            catch (Exception exception) when (exception is HostUnreachableException or HostRefusedException or StateStoreUnavailableException or RefusedException)
            {
                LogSkipped(worker.Id, exception.Message);
            }
        }
        _leftBehind = seen;
    }

    private async Task JudgeRunningAsync(LeaderTerm term, FleetSnapshot snapshot, WorkerEntry worker, IReadOnlyList<HostLab> labs)
    {
        foreach (var entry in snapshot.On(worker.Id).Where(entry => entry.Value is { State: InstanceState.Running or InstanceState.Collecting or InstanceState.Grading, Target: InstanceTarget.Running }))
        {
            var lab = labs.FirstOrDefault(lab => lab.Id == entry.Value.Checkpoint?.LabId);
            if (lab is null)
                await control.NoteInstanceAsync(term.Fence, entry, "Its lab is missing on the host.", i => InstancePlanner.Ending(i, Outcome.Failed), term.Over);
            else if (lab.State is HostLabState.Stopped or HostLabState.DefinedOnCore)
                await control.NoteInstanceAsync(term.Fence, entry, "Its lab was found stopped.", i => i with { Target = InstanceTarget.Stopped }, term.Over);
        }
    }

    private async Task RemoveLeftBehindAsync(LeaderTerm term, WorkerEntry worker, IReadOnlyList<HostLab> labs, HashSet<(string, string)> seen)
    {
        foreach (var lab in labs)
        {
            if (LabTitle.InstanceOf(lab.Title) is not { } id || !cache.Current.Instances.TryGetValue(id, out var entry))
                continue;
            var here = entry.WorkerId == worker.Id && entry.Value.HoldsPlace;
            var duplicate = here && entry.Value.Checkpoint?.LabId is { } labId && labId != lab.Id;
            if ((here && !duplicate) || !seen.Add((worker.Id, lab.Id)) || !_leftBehind.Contains((worker.Id, lab.Id)))
                continue;
            if (!duplicate && await IsAssignedAsync(id, worker.Id, term.Over))
                continue;
            LogRemoving(lab.Id, worker.Id, id);
            await hosts.Labs.StopAsync(worker.Value, lab.Id, term.Over);
            await hosts.Labs.WipeAsync(worker.Value, lab.Id, term.Over);
            await hosts.Labs.DeleteAsync(worker.Value, lab.Id, term.Over);
        }
    }

    /// <summary>What the store itself says: the cache may be behind, and what is removed does not come back.</summary>
    private async Task<bool> IsAssignedAsync(string instanceId, string workerId, CancellationToken cancellationToken) =>
        await store.GetAsync(StateKeys.InstanceWorker(instanceId), cancellationToken) is { } entry && Encoding.UTF8.GetString(entry.Value.Span) == workerId;

    [LoggerMessage(7301, LogLevel.Information, "Host {WorkerId} is not compared: {Reason}")]
    private partial void LogSkipped(string workerId, string reason);

    [LoggerMessage(7302, LogLevel.Warning, "Lab {LabId} on {WorkerId} was left behind by instance {InstanceId} and is removed.")]
    private partial void LogRemoving(string labId, string workerId, string instanceId);
}

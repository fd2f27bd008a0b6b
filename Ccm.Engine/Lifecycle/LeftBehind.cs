using System.Text;
using Ccm.Engine.Domain;
using Ccm.Engine.Hosts;
using Ccm.Engine.Leadership;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Microsoft.Extensions.Logging;

namespace Ccm.Engine.Lifecycle;

/// <summary>
/// Labs that CCM brought to a host and that do not belong there any more: their instance ended, lives elsewhere, or uses another lab there.
/// One whose instance CCM does not know is never among them.
/// </summary>
internal sealed partial class LeftBehind(WatchCache cache, HostRegistry hosts, IStateStore store, ILogger<LeftBehind> logger)
{
    private const int Named = 3;

    public IEnumerable<(HostLab Lab, InstanceEntry Instance)> Among(IReadOnlyList<HostLab> labs, WorkerEntry worker)
    {
        foreach (var lab in labs)
        {
            if (LabTitle.InstanceOf(lab.Title) is not { } id || !cache.Current.Instances.TryGetValue(id, out var entry))
                continue;
            // Its checkpoint may be older than what the store has: the lab in use would look left behind.
            if (entry.Unreadable is null && (!IsHere(entry, worker) || (entry.Value.Checkpoint?.LabId is { } labId && labId != lab.Id)))
                yield return (lab, entry);
        }
    }

    /// <summary>Before a host takes work: what is left there holds its licence, and the file of a lab that comes back to it holds ports that are others' by now.</summary>
    /// <returns>What is there still, in words that stay the same while it is; null: nothing.</returns>
    public async Task<string?> ClearAsync(LeaderTerm term, WorkerEntry worker)
    {
        var labs = await hosts.LabsOf(worker.Value).ListAsync(worker.Value, term.Over);
        List<HostLab> stay = [];
        foreach (var (lab, instance) in Among(labs, worker).Where(left => !IsHere(left.Instance, worker)))
        {
            if (!await RemoveAsync(term, worker, lab, instance))
                stay.Add(lab);
        }
        return stay.Count == 0 ? null
            : $"Labs of instances that ended or are elsewhere are removed from it first: {string.Join(", ", stay.OrderBy(lab => lab.Id, StringComparer.Ordinal).Take(Named).Select(lab => $"{lab.Id} ({lab.Title})"))}{(stay.Count > Named ? $" and {stay.Count - Named} more" : "")}.";
    }

    /// <summary>One that is still stopping refuses to be wiped: a later look does the rest, and others do not wait for it.</summary>
    /// <returns>False when it is there still.</returns>
    public async Task<bool> RemoveAsync(LeaderTerm term, WorkerEntry worker, HostLab lab, InstanceEntry instance)
    {
        if (await IsInUseAsync(instance.Id, worker.Id, lab.Id, term.Over))
            return true;
        LogRemoving(lab.Id, worker.Id, instance.Id);
        var labs = hosts.LabsOf(worker.Value);
        try
        {
            await labs.StopAsync(worker.Value, lab.Id, term.Over);
            await labs.WipeAsync(worker.Value, lab.Id, term.Over);
            await labs.DeleteAsync(worker.Value, lab.Id, term.Over);
            return true;
        }
        catch (HostRefusedException exception)
        {
            LogStays(lab.Id, worker.Id, exception.Message);
            return false;
        }
    }

    private static bool IsHere(InstanceEntry instance, WorkerEntry worker) => instance.WorkerId == worker.Id && instance.Value.HoldsPlace;

    /// <summary>What the store itself says: the cache may be behind, and what is removed does not come back.</summary>
    private async Task<bool> IsInUseAsync(string instanceId, string workerId, string labId, CancellationToken cancellationToken)
    {
        var keys = (await store.ListAsync($"{StateKeys.Instances}{instanceId}/", 0, cancellationToken)).Entries.ToDictionary(entry => entry.Key, entry => entry.Value);
        if (!keys.TryGetValue(StateKeys.InstanceWorker(instanceId), out var assigned) || Encoding.UTF8.GetString(assigned.Span) != workerId)
            return false;
        var used = DomainJson.Read<LabletInstance>(keys[StateKeys.InstanceState(instanceId)].Span).Checkpoint?.LabId;
        return used is null || used == labId;
    }

    [LoggerMessage(7302, LogLevel.Warning, "Lab {LabId} on {WorkerId} was left behind by instance {InstanceId} and is removed.")]
    private partial void LogRemoving(string labId, string workerId, string instanceId);

    [LoggerMessage(7303, LogLevel.Information, "Lab {LabId} on {WorkerId} is removed at a later look: {Reason}")]
    private partial void LogStays(string labId, string workerId, string reason);
}

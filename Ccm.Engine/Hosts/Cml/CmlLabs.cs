using System.Collections.Concurrent;
using Ccm.Engine.Domain;
using Microsoft.Extensions.Logging;

namespace Ccm.Engine.Hosts.Cml;

/// <summary>The labs on CML hosts, over REST.</summary>
/// <param name="hostOf">The CML of a worker; throws <see cref="HostUnreachableException"/> when it is not known.</param>
internal sealed partial class CmlLabs(Func<Worker, CancellationToken, Task<CmlClient>> hostOf, ILogger<CmlLabs> logger) : ILabBackend
{
    private const int AtOnce = 4;
    private const int MostLabs = 1000;
    private const int LongestId = 64;

    /// <summary>Others' labs that could not be read, to be told of once.</summary>
    private readonly ConcurrentDictionary<(string Worker, string Lab), bool> _told = new();

    public async Task<IReadOnlyList<HostLab>> ListAsync(Worker worker, CancellationToken cancellationToken)
    {
        var host = await hostOf(worker, cancellationToken);
        // All users' labs, not only CCM's: they take up the host, and are shown.
        var ids = await ListIdsAsync(host, "labs?show_all=true", cancellationToken);
        var own = new Lazy<Task<string[]>>(() => ListIdsAsync(host, "labs", cancellationToken));
        var labs = new HostLab?[ids.Length];
        await Parallel.ForEachAsync(Enumerable.Range(0, ids.Length), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (n, stop) => labs[n] = await ReadUnlessOthersAsync(worker, host, ids[n], own, stop));
        return [.. labs.OfType<HostLab>()];
    }

    /// <summary>By itself: to read all labs of a host for each that starts on it would keep the host from starting them.</summary>
    public async Task<HostLab?> FindAsync(Worker worker, string labId, CancellationToken cancellationToken) =>
        await ReadAsync(await hostOf(worker, cancellationToken), labId, cancellationToken);

    public async Task<string> ImportAsync(Worker worker, string title, string labYaml, CancellationToken cancellationToken)
    {
        var host = await hostOf(worker, cancellationToken);
        var imported = await host.PostYamlAsync<CmlImported>($"import?title={Uri.EscapeDataString(title)}", labYaml, cancellationToken);
        return IsId(imported.Id) ? imported.Id : throw host.Garbage("import", "an id that is none");
    }

    public Task StartAsync(Worker worker, string labId, CancellationToken cancellationToken) => PutAsync(worker, labId, "start", cancellationToken);

    public Task StopAsync(Worker worker, string labId, CancellationToken cancellationToken) => PutAsync(worker, labId, "stop", cancellationToken);

    public Task WipeAsync(Worker worker, string labId, CancellationToken cancellationToken) => PutAsync(worker, labId, "wipe", cancellationToken);

    public async Task DeleteAsync(Worker worker, string labId, CancellationToken cancellationToken) =>
        await (await hostOf(worker, cancellationToken)).DeleteAsync($"labs/{labId}", cancellationToken);

    private async Task PutAsync(Worker worker, string labId, string act, CancellationToken cancellationToken) =>
        await (await hostOf(worker, cancellationToken)).PutAsync($"labs/{labId}/{act}", cancellationToken);

    private static async Task<string[]> ListIdsAsync(CmlClient host, string path, CancellationToken cancellationToken)
    {
        var ids = await host.GetAsync<string[]>(path, cancellationToken);
        if (ids.Length > MostLabs)
            throw host.Garbage("labs", $"{ids.Length} labs, more than the {MostLabs} that CCM reads");
        return ids.All(IsId) ? ids : throw host.Garbage("labs", "ids that are none");
    }

    /// <summary>Null also for a lab that cannot be read and that CML does not list as CCM's own: it must not keep CCM from its own ones. One of CCM's may not be left out, or it would look as if it were gone.</summary>
    private async Task<HostLab?> ReadUnlessOthersAsync(Worker worker, CmlClient host, string id, Lazy<Task<string[]>> own, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(host, id, cancellationToken);
        }
        catch (HostUnreachableException exception)
        {
            if ((await own.Value).Contains(id))
                throw;
            if (_told.Count > MostLabs)
                _told.Clear();
            if (_told.TryAdd((worker.Id, id), true))
                LogLeftOut(id, worker.Id, exception.Message);
            return null;
        }
    }

    /// <summary>Null when it has gone since it was listed.</summary>
    private static async Task<HostLab?> ReadAsync(CmlClient host, string id, CancellationToken cancellationToken)
    {
        if (await host.FindAsync<CmlLab>($"labs/{id}", cancellationToken) is not { } lab)
            return null;
        // Nobody waits for others' labs, and nothing moves in one that was never started.
        var converged = LabTitle.InstanceOf(lab.LabTitle) is null || lab.State == "DEFINED_ON_CORE"
            || await host.FindAsync<bool>($"labs/{id}/check_if_converged", cancellationToken);
        return new HostLab(id, lab.LabTitle, StateOf(lab.State, converged), converged, lab.NodeCount);
    }

    /// <summary>CML calls a lab whose nodes have all booted STARTED still; a word that CCM does not know is one of a lab that is on its way.</summary>
    private static HostLabState StateOf(string state, bool converged) => state switch
    {
        "DEFINED_ON_CORE" => HostLabState.DefinedOnCore,
        "QUEUED" => HostLabState.Queued,
        "BOOTED" => HostLabState.Booted,
        "STOPPED" => HostLabState.Stopped,
        _ => converged ? HostLabState.Booted : HostLabState.Started,
    };

    /// <summary>It becomes part of an address, and of an instance's state.</summary>
    private static bool IsId(string? id) => id is { Length: > 0 and <= LongestId } && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    [LoggerMessage(7601, LogLevel.Warning, "Lab {LabId} on {WorkerId} is not CCM's and is left out, since it cannot be read: {Reason}")]
    private partial void LogLeftOut(string labId, string workerId, string reason);
}

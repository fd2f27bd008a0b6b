using Ccm.Engine.Domain;

namespace Ccm.Engine.Hosts.Cml;

/// <summary>The labs on CML hosts, over REST.</summary>
/// <param name="hostOf">The CML of a worker; throws <see cref="HostUnreachableException"/> when it is not known.</param>
internal sealed class CmlLabs(Func<Worker, CancellationToken, Task<CmlClient>> hostOf) : ILabBackend
{
    private const int AtOnce = 4;
    private const int MostLabs = 1000;
    private const int LongestId = 64;

    public async Task<IReadOnlyList<HostLab>> ListAsync(Worker worker, CancellationToken cancellationToken)
    {
        var host = await hostOf(worker, cancellationToken);
        // All users' labs, not only CCM's: they take up the host, and are shown.
        var ids = await host.GetAsync<string[]>("labs?show_all=true", cancellationToken);
        if (ids.Length > MostLabs)
            throw host.Garbage("labs", $"{ids.Length} labs, more than the {MostLabs} that CCM reads");
        if (!ids.All(IsId))
            throw host.Garbage("labs", "ids that are none");
        var labs = new HostLab?[ids.Length];
        await Parallel.ForEachAsync(Enumerable.Range(0, ids.Length), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (n, stop) => labs[n] = await ReadAsync(host, ids[n], stop));
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
}

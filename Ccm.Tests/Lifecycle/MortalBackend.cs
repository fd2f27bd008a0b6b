using Ccm.Engine.Domain;
using Ccm.Engine.Hosts;

namespace Ccm.Tests.Lifecycle;

/// <summary>The leader died here.</summary>
internal sealed class LeaderDiedException : Exception;

/// <summary>Hosts that do what they are asked, of which the leader never hears because it has died.</summary>
internal sealed class MortalBackend(ILabBackend labs) : ILabBackend
{
    private readonly List<string> _calls = [];

    /// <summary>The act after which the leader dies, once; null: none.</summary>
    public string? DiesAfter { get; set; }

    public bool NeverConverges { get; init; }

    public int Calls(string act) => _calls.Count(call => call == act);

    public async Task<IReadOnlyList<HostLab>> ListAsync(Worker worker, CancellationToken cancellationToken)
    {
        var listed = await labs.ListAsync(worker, cancellationToken);
        return NeverConverges ? [.. listed.Select(lab => lab.State == HostLabState.Booted ? lab with { State = HostLabState.Started, IsConverged = false } : lab)] : listed;
    }

    public async Task<string> ImportAsync(Worker worker, string title, string labYaml, CancellationToken cancellationToken)
    {
        var id = await labs.ImportAsync(worker, title, labYaml, cancellationToken);
        Die(nameof(ImportAsync));
        return id;
    }

    public Task StartAsync(Worker worker, string labId, CancellationToken cancellationToken) => ThenAsync(labs.StartAsync(worker, labId, cancellationToken), nameof(StartAsync));

    public Task StopAsync(Worker worker, string labId, CancellationToken cancellationToken) => ThenAsync(labs.StopAsync(worker, labId, cancellationToken), nameof(StopAsync));

    public Task WipeAsync(Worker worker, string labId, CancellationToken cancellationToken) => ThenAsync(labs.WipeAsync(worker, labId, cancellationToken), nameof(WipeAsync));

    public Task DeleteAsync(Worker worker, string labId, CancellationToken cancellationToken) => ThenAsync(labs.DeleteAsync(worker, labId, cancellationToken), nameof(DeleteAsync));

    private async Task ThenAsync(Task act, string name)
    {
        await act;
        Die(name);
    }

    private void Die(string act)
    {
        _calls.Add(act);
        if (DiesAfter != act)
            return;
        DiesAfter = null;
        throw new LeaderDiedException();
    }
}

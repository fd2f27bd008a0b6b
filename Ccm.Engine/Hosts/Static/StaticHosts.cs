using Ccm.Engine.Domain;
using Ccm.Engine.Hosts.Cml;
using Ccm.Engine.State;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Ccm.Engine.Hosts.Static;

/// <summary>
/// Hosts that are there already, listed in the settings. To create a worker is to take a free one, to terminate it is to put it back.
/// CCM does not power them: a stopped worker's host runs on, unused and still its own.
/// </summary>
internal sealed class StaticHosts : IWorkerProvider, IDisposable
{
    private readonly HostClaims _claims;
    private readonly Dictionary<string, StaticHostOptions> _listed;
    private readonly Dictionary<string, CmlClient> _clients;

    /// <exception cref="ArgumentException">A CaFile cannot be used.</exception>
    public StaticHosts(IStateStore store, IOptions<HostsOptions> options, TimeProvider time, ILogger<CmlLabs> logger)
    {
        _claims = new HostClaims(store);
        _listed = options.Value.Static;
        _clients = _listed.ToDictionary(host => host.Key, host => new CmlClient(Setting(host.Key), host.Value, time));
        Labs = new CmlLabs(async (worker, cancellationToken) => await ClientOfAsync(worker, cancellationToken), logger);
    }

    public string Name => "static";

    public ILabBackend Labs { get; }

    /// <exception cref="HostRefusedException">No listed host that the template may have is free.</exception>
    public Task CreateAsync(Worker worker, CancellationToken cancellationToken)
    {
        var fitting = _listed.Where(host => host.Value.Template.Length == 0 || host.Value.Template == worker.Template).Select(host => host.Key).Order(StringComparer.Ordinal).ToList();
        return _claims.TakeAsync(worker, fitting, cancellationToken);
    }

    public Task StartAsync(Worker worker, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(Worker worker, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task TerminateAsync(Worker worker, CancellationToken cancellationToken) => _claims.PutBackAsync(worker.Id, cancellationToken);

    /// <summary>Never null: that a host is gone only an admin can say.</summary>
    public async Task<HostDescription?> DescribeAsync(Worker worker, CancellationToken cancellationToken)
    {
        // Without asking the host: one that is dead can be stopped and put back too.
        if (worker.State is WorkerState.Stopping or WorkerState.Stopped)
            return new HostDescription(HostPhase.Stopped, worker.Address ?? "", null);
        var host = await ClientOfAsync(worker, cancellationToken);
        var information = await host.GetOpenlyAsync<CmlInformation>("system_information", cancellationToken);
        if (!information.Ready)
            return new HostDescription(HostPhase.Booting, host.Address, null);
        var stats = await host.GetAsync<CmlStats>("system_stats", cancellationToken);
        var licensing = await host.GetAsync<CmlLicensing>("licensing", cancellationToken);
        // As every act on it does: a host whose labs nobody can list must not look well.
        await Labs.ListAsync(worker, cancellationToken);
        return new HostDescription(HostPhase.Ready, host.Address, CmlFitness.Against(worker, information, stats, licensing));
    }

    public void Dispose()
    {
        foreach (var client in _clients.Values)
            client.Dispose();
    }

    /// <summary>As unreachable as one that is silent: this process cannot speak to it, and another may.</summary>
    private async Task<CmlClient> ClientOfAsync(Worker worker, CancellationToken cancellationToken)
    {
        var name = await _claims.HostOfAsync(worker.Id, cancellationToken)
            ?? throw new HostUnreachableException($"Which host belongs to {worker.Id} is not recorded any more: declare it lost.");
        return _clients.GetValueOrDefault(name)
            ?? throw new HostUnreachableException($"Its host '{name}' is not listed here: set {Setting(name)} on this replica as on the others.");
    }

    private static string Setting(string name) => $"{HostsOptions.Section}:{nameof(HostsOptions.Static)}:{name}";
}

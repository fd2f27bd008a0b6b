using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.State;

namespace Ccm.Engine.Hosts;

/// <summary>Which provider and which backend serve a worker.</summary>
public sealed class HostRegistry(IEnumerable<IWorkerProvider> providers)
{
    private readonly Dictionary<string, IWorkerProvider> _providers = providers.ToDictionary(provider => provider.Name, StringComparer.Ordinal);

    /// <summary>Names of the providers that this process knows.</summary>
    public IReadOnlyCollection<string> Providers => _providers.Keys;

    /// <exception cref="HostRefusedException">This process knows no such provider.</exception>
    public IWorkerProvider ProviderOf(Worker worker) => _providers.GetValueOrDefault(worker.Provider)
        ?? throw new HostRefusedException($"There is no provider '{worker.Provider}' here; known are {string.Join(", ", _providers.Keys)}.");

    /// <inheritdoc cref="ProviderOf"/>
    public ILabBackend LabsOf(Worker worker) => ProviderOf(worker).Labs;

    /// <summary>What is on a worker's host now, for people.</summary>
    /// <exception cref="RefusedException">It has no host that could tell, or that does not.</exception>
    public async Task<IReadOnlyList<HostLab>> ReadLabsAsync(Worker worker, CancellationToken cancellationToken)
    {
        if (worker.State is not (WorkerState.Running or WorkerState.Draining or WorkerState.Failed))
            throw RefusedException.Conflict($"Worker '{worker.Id}' is {worker.State.ToString().ToUpperInvariant()}, and its host tells of no labs.", "Look again when it runs.");
        try
        {
            return await LabsOf(worker).ListAsync(worker, cancellationToken);
        }
        catch (Exception exception) when (exception is HostUnreachableException or StateStoreUnavailableException)
        {
            throw RefusedException.Unavailable(exception.Message);
        }
        catch (HostRefusedException exception)
        {
            throw RefusedException.Conflict(exception.Message, "Mend that, then look again.");
        }
    }
}

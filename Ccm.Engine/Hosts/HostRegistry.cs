using Ccm.Engine.Domain;

namespace Ccm.Engine.Hosts;

/// <summary>Which provider and which backend serve a worker.</summary>
public sealed class HostRegistry(IEnumerable<IWorkerProvider> providers, ILabBackend labs)
{
    private readonly Dictionary<string, IWorkerProvider> _providers = providers.ToDictionary(provider => provider.Name, StringComparer.Ordinal);

    public ILabBackend Labs => labs;

    /// <summary>Names of the providers that this process knows.</summary>
    public IReadOnlyCollection<string> Providers => _providers.Keys;

    /// <exception cref="HostRefusedException">This process knows no such provider.</exception>
    public IWorkerProvider ProviderOf(Worker worker) => _providers.GetValueOrDefault(worker.Provider)
        ?? throw new HostRefusedException($"There is no provider '{worker.Provider}' here; known are {string.Join(", ", _providers.Keys)}.");
}

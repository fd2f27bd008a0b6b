using Ccm.Engine.Domain;

namespace Ccm.Engine.Hosts;

/// <summary>
/// Gets hosts and gives them back. Every act is idempotent by the worker's id, which is the provider's client token. Silence throws
/// <see cref="HostUnreachableException"/>.
/// </summary>
public interface IWorkerProvider
{
    /// <summary>As in a template's <c>provider</c>.</summary>
    string Name { get; }

    /// <summary>The labs on this provider's hosts.</summary>
    ILabBackend Labs { get; }

    /// <summary>Orders a host; it boots by itself.</summary>
    Task CreateAsync(Worker worker, CancellationToken cancellationToken);

    /// <summary>Boots a stopped host.</summary>
    Task StartAsync(Worker worker, CancellationToken cancellationToken);

    Task StopAsync(Worker worker, CancellationToken cancellationToken);

    /// <summary>Gives the host back for good.</summary>
    Task TerminateAsync(Worker worker, CancellationToken cancellationToken);

    /// <summary>How the host is; null when the provider confirms that there is none.</summary>
    Task<HostDescription?> DescribeAsync(Worker worker, CancellationToken cancellationToken);
}

public enum HostPhase { Booting, Ready, Stopping, Stopped }

/// <param name="Address">Where people reach its labs' ports.</param>
/// <param name="Trouble">Why it must take no work, in words that stay the same while it is so; null: CML is licensed and as large as the worker declares.</param>
public sealed record HostDescription(HostPhase Phase, string Address, string? Trouble);

/// <summary>The labs on a host. Every act is safe to repeat and to race. Silence throws <see cref="HostUnreachableException"/>.</summary>
public interface ILabBackend
{
    /// <summary>All labs on the host, ours and others'.</summary>
    Task<IReadOnlyList<HostLab>> ListAsync(Worker worker, CancellationToken cancellationToken);

    /// <summary>One lab; null when it is not there. For what is asked again and again while it starts.</summary>
    async Task<HostLab?> FindAsync(Worker worker, string labId, CancellationToken cancellationToken) =>
        (await ListAsync(worker, cancellationToken)).FirstOrDefault(lab => lab.Id == labId);

    /// <summary>Imports a lab under a title; answers its id there. Importing twice makes two: list by title before and after.</summary>
    Task<string> ImportAsync(Worker worker, string title, string labYaml, CancellationToken cancellationToken);

    /// <summary>Asks for a start; <see cref="HostLab.State"/> tells when it is done.</summary>
    Task StartAsync(Worker worker, string labId, CancellationToken cancellationToken);

    Task StopAsync(Worker worker, string labId, CancellationToken cancellationToken);

    Task WipeAsync(Worker worker, string labId, CancellationToken cancellationToken);

    /// <summary>Only when stopped and wiped; what is not there is deleted.</summary>
    Task DeleteAsync(Worker worker, string labId, CancellationToken cancellationToken);
}

/// <summary>CML's lab states, and whether all nodes have arrived there.</summary>
public enum HostLabState { DefinedOnCore, Queued, Started, Booted, Stopped }

/// <param name="Id">On that host.</param>
public sealed record HostLab(string Id, string Title, HostLabState State, bool IsConverged, int NodeCount);

/// <summary>A lab's title on its host, by which it is found again.</summary>
public static class LabTitle
{
    private const string Prefix = "ccm-";

    public static string Of(string instanceId) => Prefix + instanceId;

    /// <summary>The instance of a lab that CCM imported; null for others' labs.</summary>
    public static string? InstanceOf(string title) => title.StartsWith(Prefix, StringComparison.Ordinal) ? title[Prefix.Length..] : null;
}

/// <summary>The host did not answer: nothing is known, and no attempt has failed.</summary>
public sealed class HostUnreachableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The host answered and refused.</summary>
public sealed class HostRefusedException(string message) : Exception(message);

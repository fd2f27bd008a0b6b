using System.Collections.Immutable;
using Ccm.Engine.Domain;

namespace Ccm.Engine.Documents;

/// <summary>A document's name and version (a template's revision as digits), and the stamp of its last upsert.</summary>
public sealed record DocumentStamp(string Name, string Version, Guid Stamp, DateTimeOffset WrittenAt);

/// <summary>What came of an upsert.</summary>
public enum UpsertResult
{
    /// <summary>The document stands as given, with a fresh stamp.</summary>
    Written,

    /// <summary>Another document of that name and version stands; nothing changed.</summary>
    Different,
}

/// <summary>Documents whose pointer was never written: what an attempt that died left behind.</summary>
public static class Unpublished
{
    /// <summary>Far longer than an attempt takes from its document to its pointer: after that another may have its place.</summary>
    public static readonly TimeSpan Abandoned = TimeSpan.FromSeconds(60);
}

/// <summary>
/// Lablet definitions, immutable, unique on (name, version). Whatever is unreachable throws <see cref="DocumentsUnavailableException"/>.
/// </summary>
public interface IDefinitionDocuments
{
    Task<LabletDefinition?> FindAsync(string name, string version, CancellationToken cancellationToken);

    /// <summary>Those that exist, in no promised order.</summary>
    Task<ImmutableArray<LabletDefinition>> FindManyAsync(IReadOnlyCollection<(string Name, string Version)> keys, CancellationToken cancellationToken);

    /// <summary>The lab source exactly as it was given; null when there is no such document.</summary>
    Task<string?> ReadLabAsync(string name, string version, CancellationToken cancellationToken);

    /// <summary>
    /// Writes the document with a fresh stamp. One of that name and version that is there already is rewritten if it was last written
    /// more than <see cref="Unpublished.Abandoned"/> ago; it stays, and counts as written, if operation id and content are the same but for
    /// the time; else it stays and the answer is <see cref="UpsertResult.Different"/>. The caller has just read that it is not published.
    /// </summary>
    Task<UpsertResult> UpsertAsync(LabletDefinition definition, string labYaml, CancellationToken cancellationToken);

    /// <summary>Stamps of the documents last written before <paramref name="before"/>.</summary>
    Task<ImmutableArray<DocumentStamp>> ListStampsAsync(DateTimeOffset before, CancellationToken cancellationToken);

    /// <summary>Deletes the document if its stamp is still that one; says whether it did.</summary>
    Task<bool> DeleteAsync(DocumentStamp stamp, CancellationToken cancellationToken);
}

/// <summary>Worker templates, immutable, unique on (name, revision); otherwise as <see cref="IDefinitionDocuments"/>.</summary>
public interface ITemplateDocuments
{
    Task<WorkerTemplate?> FindAsync(string name, int revision, CancellationToken cancellationToken);

    Task<ImmutableArray<WorkerTemplate>> FindManyAsync(IReadOnlyCollection<(string Name, int Revision)> keys, CancellationToken cancellationToken);

    /// <summary>As for definitions.</summary>
    Task<UpsertResult> UpsertAsync(WorkerTemplate template, CancellationToken cancellationToken);

    Task<ImmutableArray<DocumentStamp>> ListStampsAsync(DateTimeOffset before, CancellationToken cancellationToken);

    Task<bool> DeleteAsync(DocumentStamp stamp, CancellationToken cancellationToken);
}

/// <summary>The document store did not answer in time or the connection broke; a write's outcome is unknown.</summary>
public sealed class DocumentsUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

using System.Text.Json;
using Ccm.Engine.Documents;
using Ccm.Engine.Domain;
using Ccm.Engine.Leadership;
using Ccm.Engine.State;
using Microsoft.Extensions.Logging;

namespace Ccm.Engine.Lifecycle;

/// <summary>
/// Removes documents that no pointer names: what an attempt wrote that then failed. The pointer is rewritten first, so that an attempt
/// still under way fails on it, and only a document unchanged since it was listed is deleted.
/// </summary>
internal sealed partial class DocumentSweep(
    IStateStore store, IDefinitionDocuments definitions, ITemplateDocuments templates, TimeProvider time, ILogger<DocumentSweep> logger)
{
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(10);
    private DateTimeOffset _swept = DateTimeOffset.MinValue;

    /// <summary>Once in ten minutes; an outage puts it off to the next call.</summary>
    public async Task SweepAsync(LeaderTerm term)
    {
        var now = time.GetUtcNow();
        if (now - _swept < Every)
            return;
        try
        {
            foreach (var stamp in await definitions.ListStampsAsync(now - Age, term.Over))
            {
                if (await FenceOffAsync(term, StateKeys.Definition(stamp.Name), (DefinitionPointer pointer) => pointer.Versions.Any(version => version.Version == stamp.Version), () => new DefinitionPointer())
                    && await definitions.DeleteAsync(stamp, term.Over))
                    LogRemoved("definition", stamp.Name, stamp.Version);
            }
            foreach (var stamp in await templates.ListStampsAsync(now - Age, term.Over))
            {
                if (await FenceOffAsync(term, StateKeys.Template(stamp.Name), (TemplatePointer pointer) => pointer.Revisions.Any(revision => revision.ToString(System.Globalization.CultureInfo.InvariantCulture) == stamp.Version),
                        () => new TemplatePointer(0, [], 0, false))
                    && await templates.DeleteAsync(stamp, term.Over))
                    LogRemoved("template", stamp.Name, stamp.Version);
            }
            _swept = now;
        }
        catch (Exception exception) when (exception is DocumentsUnavailableException or StateStoreUnavailableException)
        {
            LogSkipped(exception.Message);
        }
    }

    /// <summary>True once no attempt begun earlier can name the document any more; false when a pointer names it or changed meanwhile.</summary>
    private async Task<bool> FenceOffAsync<T>(LeaderTerm term, string key, Func<T, bool> names, Func<T> empty) where T : class
    {
        var entry = await store.GetAsync(key, term.Over);
        try
        {
            if (entry is not null && names(DomainJson.Read<T>(entry.Value.Span)))
                return false;
        }
        catch (JsonException exception)
        {
            // Nobody knows what it names: all is kept until the key is put right.
            LogUnreadable(key, exception.Message);
            return false;
        }
        return await store.CommitAsync(new StateTransaction
        {
            Guards = [term.Fence, new StateGuard.Modified(key, entry?.ModRevision ?? 0)],
            Puts = [new StatePut(key, entry?.Value ?? DomainJson.Write(empty()))],
        }, term.Over) is CommitResult.Committed;
    }

    [LoggerMessage(7501, LogLevel.Information, "The {Kind} {Name} {Version} was written but never published, and is removed.")]
    private partial void LogRemoved(string kind, string name, string version);

    [LoggerMessage(7503, LogLevel.Warning, "What {Key} names cannot be read, and its documents are kept: {Reason}")]
    private partial void LogUnreadable(string key, string reason);

    [LoggerMessage(7502, LogLevel.Warning, "Unpublished documents are kept until the next sweep: {Reason}")]
    private partial void LogSkipped(string reason);
}

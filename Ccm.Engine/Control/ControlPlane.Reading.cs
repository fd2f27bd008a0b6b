using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using Ccm.Engine.Documents;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Control;

public sealed partial class ControlPlane
{
    private readonly ConcurrentDictionary<(string, string), LabletDefinition> _definitions = new();
    private readonly ConcurrentDictionary<(string, int), WorkerTemplate> _templates = new();
    private readonly LabTexts _labs = new();

    /// <summary>A published version; documents never change, so each is read once.</summary>
    /// <exception cref="RefusedException">It does not exist, or the document store is away.</exception>
    public async Task<LabletDefinition> ReadDefinitionAsync(string name, string version, CancellationToken cancellationToken)
    {
        if (_definitions.TryGetValue((name, version), out var known))
            return known;
        var read = await ReadDefinitionsAsync([(name, version)], cancellationToken);
        return read.IsEmpty ? throw RefusedException.NotFound("definition", $"{name} {version}") : read[0];
    }

    /// <summary>Those that exist, in the order asked for.</summary>
    public async Task<ImmutableArray<LabletDefinition>> ReadDefinitionsAsync(IReadOnlyCollection<(string Name, string Version)> keys, CancellationToken cancellationToken)
    {
        var missing = keys.Where(key => !_definitions.ContainsKey(key)).ToArray();
        if (missing.Length > 0)
        {
            foreach (var definition in await AskDocumentsAsync(() => definitions.FindManyAsync(missing, cancellationToken)))
            {
                if (IsPublished(definition.Name, definition.Version))
                    _definitions[(definition.Name, definition.Version)] = definition;
            }
        }
        return [.. keys.Select(key => _definitions.GetValueOrDefault(key)).OfType<LabletDefinition>()];
    }

    /// <summary>The lab source of a published version, exactly as it was given. Those asked for lately are at hand when the document store is not.</summary>
    public async Task<string> ReadLabAsync(string name, string version, CancellationToken cancellationToken)
    {
        if (_labs.Find(name, version) is { } known)
            return known;
        var lab = await AskDocumentsAsync(() => definitions.ReadLabAsync(name, version, cancellationToken))
            ?? throw RefusedException.NotFound("definition", $"{name} {version}");
        if (IsPublished(name, version))
            _labs.Keep(name, version, lab);
        return lab;
    }

    /// <summary>An attempt that has not been published yet may still be replaced, and is not kept.</summary>
    private bool IsPublished(string name, string version) =>
        cache.Current.Definitions.GetValueOrDefault(name)?.Value.Versions.Any(v => v.Version == version) == true;

    /// <summary>Every template's newest revision, by name; deleted ones left out.</summary>
    public async Task<ImmutableArray<WorkerTemplate>> ReadTemplatesAsync(CancellationToken cancellationToken)
    {
        var keys = cache.Current.Templates.Where(pair => pair.Value.Value is { Deleted: false, Revision: > 0 })
            .Select(pair => (pair.Key, pair.Value.Value.Revision)).OrderBy(key => key.Key, StringComparer.Ordinal).ToArray();
        var missing = keys.Where(key => !_templates.ContainsKey(key)).ToArray();
        if (missing.Length > 0)
        {
            foreach (var template in await AskDocumentsAsync(() => templates.FindManyAsync(missing, cancellationToken)))
                _templates[(template.Name, template.Revision)] = template;
        }
        return [.. keys.Select(key => _templates.GetValueOrDefault(key)).OfType<WorkerTemplate>()];
    }

    /// <summary>A template's newest revision.</summary>
    public async Task<WorkerTemplate> ReadTemplateAsync(string name, CancellationToken cancellationToken)
    {
        if (!cache.Current.Templates.TryGetValue(name, out var pointer) || pointer.Value is { Deleted: true } or { Revision: 0 })
            throw RefusedException.NotFound("template", name);
        return _templates.GetValueOrDefault((name, pointer.Value.Revision))
            ?? (await ReadTemplatesAsync(cancellationToken)).FirstOrDefault(template => template.Name == name)
            ?? throw RefusedException.NotFound("template", name);
    }

    /// <summary>One of a template's revisions, also of one that is deleted by now.</summary>
    public async Task<WorkerTemplate> ReadTemplateAsync(string name, int revision, CancellationToken cancellationToken) =>
        _templates.GetValueOrDefault((name, revision))
        ?? (await AskDocumentsAsync(() => templates.FindManyAsync([(name, revision)], cancellationToken))).FirstOrDefault()
        ?? throw RefusedException.NotFound("template", $"{name} revision {revision}");

    /// <summary>An instance as it stands; one that is not in the cache is read from the store, since another replica may just have acknowledged it.</summary>
    public async Task<InstanceEntry> ReadInstanceAsync(string id, CancellationToken cancellationToken) =>
        await SeeInstanceAsync(cache.Current, id, cancellationToken);

    /// <summary>A worker as it stands; read from the store when the cache does not have it.</summary>
    public async Task<WorkerEntry> ReadWorkerAsync(string id, CancellationToken cancellationToken) =>
        cache.Current.Workers.GetValueOrDefault(id)
        ?? (await SeeStoreAsync(StateKeys.WorkerState(id), cancellationToken)).Workers.GetValueOrDefault(id)
        ?? throw RefusedException.NotFound("worker", id);

    private async Task<InstanceEntry> SeeInstanceAsync(FleetSnapshot snapshot, string id, CancellationToken cancellationToken) =>
        snapshot.Instances.GetValueOrDefault(id)
        ?? (await SeeStoreAsync(StateKeys.InstanceState(id), cancellationToken)).Instances.GetValueOrDefault(id)
        ?? throw RefusedException.NotFound("instance", id);

    private async Task<LabletInstance> InstanceOf(FleetSnapshot snapshot, string id, CancellationToken cancellationToken) =>
        (await SeeInstanceAsync(snapshot, id, cancellationToken)).Value;

    /// <summary>The cache once it holds what the store has of this key now.</summary>
    private async Task<FleetSnapshot> SeeStoreAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            if (await store.GetAsync(key, cancellationToken) is { } entry)
                await CatchUpAsync(entry.ModRevision, cancellationToken);
            return cache.Current;
        }
        catch (StateStoreUnavailableException exception)
        {
            throw RefusedException.Unavailable($"The state store does not answer: {exception.Message}");
        }
    }

    /// <summary>
    /// What the store has of a pointer now, null when absent. Who writes a document decides on this and never on the cache: one that is
    /// behind would let the document of a published version be written over.
    /// </summary>
    private async Task<Revised<T>?> ReadNowAsync<T>(string key, CancellationToken cancellationToken) where T : class
    {
        try
        {
            if (await store.GetAsync(key, cancellationToken) is not { } entry)
                return null;
            await CatchUpAsync(entry.ModRevision, cancellationToken);
            return new Revised<T>(Read(entry), entry.ModRevision);
        }
        catch (StateStoreUnavailableException exception)
        {
            throw RefusedException.Unavailable($"The state store does not answer: {exception.Message}");
        }

        static T Read(StateEntry entry)
        {
            try
            {
                return DomainJson.Read<T>(entry.Value.Span);
            }
            catch (JsonException exception)
            {
                var unreadable = new UnreadableValue(entry.Key, entry.ModRevision, exception.Message);
                throw new RefusedException(RefusalKind.Unavailable, new Problem(null, unreadable.Reason, unreadable.Fix));
            }
        }
    }

    private static async Task<T> AskDocumentsAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (DocumentsUnavailableException exception)
        {
            throw RefusedException.Unavailable($"The document store does not answer: {exception.Message}");
        }
    }
}

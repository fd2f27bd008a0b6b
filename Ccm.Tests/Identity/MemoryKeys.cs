using System.Collections.Concurrent;
using System.Collections.Immutable;
using Ccm.Engine.Documents;

namespace Ccm.Tests.Identity;

/// <summary>Keys as a document store keeps them: they outlive each host, and hosts share them. It can be away.</summary>
internal sealed class MemoryKeys : IKeyDocuments
{
    private static readonly ConcurrentDictionary<string, MemoryKeys> ByDirectory = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(KeyUse, string), KeyDocument> _keys = new();

    public bool Away { get; set; }

    public int Count => _keys.Count;

    /// <summary>One store for each data directory.</summary>
    public static MemoryKeys Of(string directory) => ByDirectory.GetOrAdd(directory, _ => new MemoryKeys());

    public Task<ImmutableArray<KeyDocument>> ListAsync(KeyUse use, CancellationToken cancellationToken) => Away ? throw new DocumentsUnavailableException("The test took the keys away.")
        : Task.FromResult<ImmutableArray<KeyDocument>>([.. _keys.Where(pair => pair.Key.Item1 == use).Select(pair => pair.Value)]);

    public Task AddAsync(KeyUse use, KeyDocument key, CancellationToken cancellationToken)
    {
        if (Away)
            throw new DocumentsUnavailableException("The test took the keys away.");
        _keys.TryAdd((use, key.Name), key);
        return Task.CompletedTask;
    }
}

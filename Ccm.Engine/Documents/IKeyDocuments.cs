using System.Collections.Immutable;

namespace Ccm.Engine.Documents;

/// <summary>What a key is for.</summary>
public enum KeyUse
{
    /// <summary>Protects cookies, tickets and forms.</summary>
    DataProtection,

    /// <summary>Signs and hides the embedded identity provider's tokens.</summary>
    EmbeddedIdentity,
}

/// <param name="Name">Unique among those of one use.</param>
public sealed record KeyDocument(string Name, string Text);

/// <summary>
/// Keys that every replica has to know. They are kept as they are: whoever may read the document store may read them. Whatever is
/// unreachable throws <see cref="DocumentsUnavailableException"/>.
/// </summary>
public interface IKeyDocuments
{
    /// <summary>In no promised order.</summary>
    Task<ImmutableArray<KeyDocument>> ListAsync(KeyUse use, CancellationToken cancellationToken);

    /// <summary>Keeps the key, unless there is one of that name: the first stays. Durable on a majority when it returns.</summary>
    Task AddAsync(KeyUse use, KeyDocument key, CancellationToken cancellationToken);
}

using System.Security.Cryptography;
using Ccm.Engine.Documents;
using Microsoft.IdentityModel.Tokens;

namespace Ccm.Portal.Identity.Embedded;

/// <summary>The embedded provider's keys, made by whichever replica is the first and kept in the document store: a token of one replica is good at all.</summary>
internal sealed class EmbeddedKeys
{
    /// <exception cref="DocumentsUnavailableException">The store does not answer; the next attempt may succeed.</exception>
    public EmbeddedKeys(IKeyDocuments keys)
    {
        var rsa = RSA.Create();
        rsa.ImportFromPem(Obtain(keys, "signing", NewSigningKey));
        Signing = new RsaSecurityKey(rsa) { KeyId = Base64UrlEncoder.Encode(SHA256.HashData(rsa.ExportSubjectPublicKeyInfo())) };
        Encryption = new SymmetricSecurityKey(Convert.FromBase64String(Obtain(keys, "encryption", () => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)))));
    }

    /// <summary>Signs every token.</summary>
    public RsaSecurityKey Signing { get; }

    /// <summary>Hides authorization codes, which only the provider itself reads.</summary>
    public SymmetricSecurityKey Encryption { get; }

    /// <summary>Of two replicas that begin at once the first wins, and both read its key.</summary>
    private static string Obtain(IKeyDocuments keys, string name, Func<string> create)
    {
        if (Find() is { } known)
            return known;
        keys.AddAsync(KeyUse.EmbeddedIdentity, new KeyDocument(name, create()), CancellationToken.None).GetAwaiter().GetResult();
        return Find()!;

        string? Find() => keys.ListAsync(KeyUse.EmbeddedIdentity, CancellationToken.None).GetAwaiter().GetResult().FirstOrDefault(key => key.Name == name)?.Text;
    }

    private static string NewSigningKey()
    {
        using var rsa = RSA.Create(2048);
        return rsa.ExportPkcs8PrivateKeyPem();
    }
}

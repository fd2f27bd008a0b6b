using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Ccm.Portal.Identity.Embedded;

/// <summary>
/// The embedded provider's keys, made at first use and kept under the data directory, so that tokens outlive a restart.
/// Only the owner may read the files.
/// </summary>
internal sealed class EmbeddedKeys
{
    public EmbeddedKeys(IdentitySettings settings)
    {
        var directory = KeyFiles.Directory(Path.Combine(settings.DataDirectory, "identity"));
        var rsa = RSA.Create();
        rsa.ImportFromPem(KeyFiles.ReadOrCreate(Path.Combine(directory, "signing.pem"), NewSigningKey));
        Signing = new RsaSecurityKey(rsa) { KeyId = Base64UrlEncoder.Encode(SHA256.HashData(rsa.ExportSubjectPublicKeyInfo())) };
        var secret = KeyFiles.ReadOrCreate(Path.Combine(directory, "encryption.key"), () => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        Encryption = new SymmetricSecurityKey(Convert.FromBase64String(secret));
    }

    /// <summary>Signs every token.</summary>
    public RsaSecurityKey Signing { get; }

    /// <summary>Hides authorization codes, which only the provider itself reads.</summary>
    public SymmetricSecurityKey Encryption { get; }

    private static string NewSigningKey()
    {
        using var rsa = RSA.Create(2048);
        return rsa.ExportPkcs8PrivateKeyPem();
    }
}

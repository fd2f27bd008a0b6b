using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Ccm.Engine.Hosts.Cml;

/// <summary>Which certificate of a CML is believed: the pinned one, one of the private authority, or one that the machine trusts. Never just any.</summary>
/// <param name="setting">As <c>Ccm:Hosts:Static:lab-1</c>.</param>
internal sealed class CmlTrust(string setting, CmlHostOptions options)
{
    /// <summary>Why the last certificate was not believed, in words; null when it was.</summary>
    public string? Refused { get; private set; }

    public SslClientAuthenticationOptions Settings()
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck };
        if (options.CaFile.Length > 0)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(Authorities());
        }
        return new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = policy,
            RemoteCertificateValidationCallback = (_, certificate, _, errors) => (Refused = Problem(certificate as X509Certificate2, errors)) is null,
        };
    }

    private string? Problem(X509Certificate2? certificate, SslPolicyErrors errors)
    {
        if (certificate is null)
            return "it shows no certificate.";
        var fingerprint = certificate.GetCertHashString(HashAlgorithmName.SHA256);
        if (options.Fingerprint.Length > 0)
            return fingerprint == options.Fingerprint ? null : $"its certificate has the SHA-256 fingerprint {fingerprint}, not the one in {setting}:{nameof(options.CertificateSha256)}: find out whose it is, then set that.";
        if (errors == SslPolicyErrors.None)
            return null;
        return errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
            ? $"its certificate (SHA-256 {fingerprint}) is for another name: name the host in {setting}:{nameof(options.Url)} as it does, or pin it in {setting}:{nameof(options.CertificateSha256)}."
            : $"its certificate (SHA-256 {fingerprint}) was not issued by {(options.CaFile.Length > 0 ? $"the authority in {setting}:{nameof(options.CaFile)}" : "an authority that this machine trusts")}, or is out of date: CML's own is self-signed, so pin it in {setting}:{nameof(options.CertificateSha256)}, or give its authority in {setting}:{nameof(options.CaFile)}.";
    }

    /// <exception cref="ArgumentException">The file cannot be used; the message names its setting.</exception>
    private X509Certificate2Collection Authorities()
    {
        var all = new X509Certificate2Collection();
        try
        {
            all.ImportFromPemFile(options.CaFile);
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ArgumentException($"{setting}:{nameof(options.CaFile)} is '{options.CaFile}', which cannot be used: {exception.Message.TrimEnd('.')}. Give a PEM file that this user may read.", exception);
        }
        return all.Count > 0 ? all : throw new ArgumentException($"{setting}:{nameof(options.CaFile)} is '{options.CaFile}', which holds no certificate: give a PEM file with the authority's.");
    }
}

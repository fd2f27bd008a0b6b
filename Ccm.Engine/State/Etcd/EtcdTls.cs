using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Ccm.Engine.State.Etcd;

/// <summary>Whom CCM believes to be its etcd, and as whom it comes: read from the files of <see cref="EtcdOptions"/> once.</summary>
internal sealed class EtcdTls
{
    private readonly EtcdOptions _options;
    private readonly X509Certificate2Collection? _authorities;
    private readonly SslStreamCertificateContext? _own;

    /// <exception cref="ArgumentException">A file cannot be read; the message names its setting.</exception>
    public EtcdTls(EtcdOptions options)
    {
        _options = options;
        if (!string.IsNullOrEmpty(options.CaFile))
            _authorities = Read(nameof(options.CaFile), options.CaFile, () => ReadAll(options.CaFile));
        if (!string.IsNullOrEmpty(options.CertificateFile) && !string.IsNullOrEmpty(options.KeyFile))
        {
            var chain = Read(nameof(options.CertificateFile), options.CertificateFile, () => ReadAll(options.CertificateFile));
            var own = Read(nameof(options.KeyFile), options.KeyFile, () => X509Certificate2.CreateFromPemFile(options.CertificateFile, options.KeyFile));
            _own = SslStreamCertificateContext.Create(own, chain, offline: true);
        }
    }

    public bool HasOwnCertificate => _own is not null;

    /// <summary>Settings of one connection.</summary>
    /// <param name="refused">Told in words why the server's certificate is not believed; null once it is.</param>
    /// <param name="asked">Called when the server asks for a certificate and there is none to show.</param>
    public SslClientAuthenticationOptions For(string endpoint, Action<string?> refused, Action asked)
    {
        var settings = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
            {
                var problem = errors == SslPolicyErrors.None ? null : Describe(endpoint, certificate as X509Certificate2, chain, errors);
                refused(problem);
                return problem is null;
            },
            CertificateChainPolicy = Policy(),
        };
        if (_own is not null)
            settings.ClientCertificateContext = _own;
        else
            settings.LocalCertificateSelectionCallback = (_, _, _, remote, _) =>
            {
                // Also called before anybody was asked.
                if (remote is not null)
                    asked();
                return null!;
            };
        return settings;
    }

    private X509ChainPolicy Policy()
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck };
        if (_authorities is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(_authorities);
        }
        return policy;
    }

    private string Describe(string endpoint, X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
            return $"{endpoint} shows no certificate: give the server one.";
        var faults = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status) ?? X509ChainStatusFlags.NoError;
        if (faults.HasFlag(X509ChainStatusFlags.NotTimeValid))
            return $"the certificate of {endpoint}, or the authority's, is valid from {certificate.NotBefore.ToUniversalTime():u} to {certificate.NotAfter.ToUniversalTime():u} only: renew it on the server, or set this machine's clock.";
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
            return $"the certificate of {endpoint} was not issued by {(_authorities is null ? "an authority that this machine trusts" : $"the authority in {EtcdOptions.Section}:{nameof(EtcdOptions.CaFile)} ({_options.CaFile})")}"
                + $" ({string.Join(", ", chain?.ChainStatus.Select(status => status.Status) ?? [])}): set {EtcdOptions.Section}:{nameof(EtcdOptions.CaFile)} to the certificate of the one that issued it.";
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(names => names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(address => address.ToString())));
        return $"the certificate of {endpoint} is for {string.Join(", ", names.DefaultIfEmpty("nobody"))}: name the server so in ConnectionStrings:etcd, or issue a certificate for the name used there.";
    }

    private static X509Certificate2Collection ReadAll(string file)
    {
        var all = new X509Certificate2Collection();
        all.ImportFromPemFile(file);
        return all.Count > 0 ? all : throw new CryptographicException("it holds no certificate");
    }

    private static T Read<T>(string setting, string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ArgumentException($"{EtcdOptions.Section}:{setting} is '{file}', which cannot be used: {exception.Message.TrimEnd('.')}. Give a PEM file that this user may read{(setting == nameof(EtcdOptions.KeyFile) ? ", with the key of the certificate" : "")}.", exception);
        }
    }
}

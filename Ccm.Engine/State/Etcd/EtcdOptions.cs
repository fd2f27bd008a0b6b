using System.ComponentModel.DataAnnotations;

namespace Ccm.Engine.State.Etcd;

/// <summary>Settings under <c>Ccm:Etcd</c>: as whom CCM speaks to the servers of <c>ConnectionStrings:etcd</c>, and whom it believes.</summary>
public sealed class EtcdOptions : IValidatableObject
{
    public const string Section = "Ccm:Etcd";

    /// <summary>The user of etcd's own authentication; none: no sign-in.</summary>
    public string? Username { get; init; }

    public string? Password { get; init; }

    /// <summary>PEM file of the authorities that may have signed the servers' certificates; none: those the machine trusts.</summary>
    public string? CaFile { get; init; }

    /// <summary>PEM file of the client certificate, its intermediates behind it.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>PEM file of its private key, not encrypted.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Settings that only https endpoints can use, as far as they are set.</summary>
    internal IEnumerable<string> TlsSettings => new[] { (nameof(CaFile), CaFile), (nameof(CertificateFile), CertificateFile), (nameof(KeyFile), KeyFile) }
        .Where(setting => !string.IsNullOrEmpty(setting.Item2)).Select(setting => $"{Section}:{setting.Item1}");

    internal bool HasUser => !string.IsNullOrEmpty(Username);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (HasUser != !string.IsNullOrEmpty(Password))
            yield return Missing(HasUser ? nameof(Password) : nameof(Username), HasUser ? nameof(Username) : nameof(Password));
        if (string.IsNullOrEmpty(CertificateFile) != string.IsNullOrEmpty(KeyFile))
            yield return string.IsNullOrEmpty(KeyFile) ? Missing(nameof(KeyFile), nameof(CertificateFile)) : Missing(nameof(CertificateFile), nameof(KeyFile));
        foreach (var (name, file) in new[] { (nameof(CaFile), CaFile), (nameof(CertificateFile), CertificateFile), (nameof(KeyFile), KeyFile) })
        {
            if (!string.IsNullOrEmpty(file) && !File.Exists(file))
                yield return new ValidationResult($"{Section}:{name} is '{file}', and there is no such file: give the path of a PEM file that this user may read.", [name]);
        }
    }

    private static ValidationResult Missing(string missing, string given) =>
        new($"{Section}:{given} is set and {Section}:{missing} is not: set both or neither.", [missing]);
}

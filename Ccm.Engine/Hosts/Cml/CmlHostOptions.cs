using System.Globalization;

namespace Ccm.Engine.Hosts.Cml;

/// <summary>Where one CML is, as whom CCM speaks to it, and by what it is known.</summary>
public class CmlHostOptions
{
    private const int Sha256Digits = 64;

    /// <summary><c>https://host</c>; http only on this machine.</summary>
    public string Url { get; init; } = "";

    public string Username { get; init; } = "";

    public string Password { get; init; } = "";

    /// <summary>A file that holds the password and nothing else, read at every sign-in; instead of <see cref="Password"/>.</summary>
    public string PasswordFile { get; init; } = "";

    /// <summary>PEM file of the authorities that may have signed its certificate; empty: those the machine trusts.</summary>
    public string CaFile { get; init; } = "";

    /// <summary>SHA-256 fingerprint, in hexadecimal digits, of the one certificate that is believed, whoever signed it; instead of <see cref="CaFile"/>.</summary>
    public string CertificateSha256 { get; init; } = "";

    /// <summary><see cref="CertificateSha256"/> without colons and blanks, in capitals.</summary>
    internal string Fingerprint => string.Concat(CertificateSha256.Where(c => c is not (':' or ' '))).ToUpperInvariant();

    /// <summary>Everything wrong with it, each naming its setting and the fix.</summary>
    internal IEnumerable<string> Problems(string section)
    {
        if (!Uri.TryCreate(Url, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http") || url.PathAndQuery != "/" || url.UserInfo.Length > 0)
            yield return $"{section}:{nameof(Url)} is {(Url.Contains('@', StringComparison.Ordinal) ? "an address with a user in it" : $"'{Url}'")}: give an address as https://cml.example.org, with nothing behind it.";
        else if (url.Scheme == "http" && !url.IsLoopback)
            yield return $"{section}:{nameof(Url)} is '{Url}', where the password could be read on the way: give an https address.";
        if (Username.Length == 0)
            yield return $"{section}:{nameof(Username)} is missing: give the user that CCM has on that CML.";
        if (Password.Length == 0 == (PasswordFile.Length == 0))
            yield return $"{section}: set either {nameof(Password)} or {nameof(PasswordFile)}.";
        if (PasswordFile.Length > 0 && !File.Exists(PasswordFile))
            yield return $"{section}:{nameof(PasswordFile)} is '{PasswordFile}', and there is no such file: give the path of one that this user may read.";
        if (CaFile.Length > 0 && CertificateSha256.Length > 0)
            yield return $"{section}: set either {nameof(CaFile)} or {nameof(CertificateSha256)}.";
        if (CaFile.Length > 0 && !File.Exists(CaFile))
            yield return $"{section}:{nameof(CaFile)} is '{CaFile}', and there is no such file: give the path of a PEM file that this user may read.";
        if (CertificateSha256.Length > 0 && (Fingerprint.Length != Sha256Digits || !Fingerprint.All(char.IsAsciiHexDigit)))
            yield return string.Create(CultureInfo.InvariantCulture, $"{section}:{nameof(CertificateSha256)} is no SHA-256 fingerprint: give its {Sha256Digits} hexadecimal digits.");
    }
}

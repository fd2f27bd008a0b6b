using System.ComponentModel.DataAnnotations;
using Ccm.Engine.Hosts.Static;

namespace Ccm.Tests.Hosts;

public sealed class HostsOptionsTests
{
    private static readonly StaticHostOptions Right = new() { Url = "https://cml-1.example.org", Username = "ccm", Password = "x" };

    [Fact]
    public void Validate_RightOnes_HaveNoProblem() => Assert.Empty(Problems(("a", Right), ("b", Host(url: "http://127.0.0.1:8080/")), ("c", Host(url: "https://[::1]", sha: string.Join(':', Enumerable.Repeat("aB", 32))))));

    public static TheoryData<StaticHostOptions, string> Wrong => new()
    {
        { Host(url: ""), "Ccm:Hosts:Static:a:Url" },
        { Host(url: "cml-1"), "Ccm:Hosts:Static:a:Url" },
        { Host(url: "ftp://cml-1"), "Ccm:Hosts:Static:a:Url" },
        { Host(url: "https://cml-1/api"), "nothing behind it" },
        { Host(url: "https://ccm:secret@cml-1"), "Ccm:Hosts:Static:a:Url" },
        { Host(url: "http://cml-1"), "https" },
        { Host(user: ""), "Ccm:Hosts:Static:a:Username" },
        { Host(password: ""), "either Password or PasswordFile" },
        { Host(passwordFile: "/etc/hostname"), "either Password or PasswordFile" },
        { Host(password: "", passwordFile: "/none"), "Ccm:Hosts:Static:a:PasswordFile" },
        { Host(ca: "/none"), "Ccm:Hosts:Static:a:CaFile" },
        { Host(ca: "/etc/hostname", sha: new string('a', 64)), "either CaFile or CertificateSha256" },
        { Host(sha: "any"), "Ccm:Hosts:Static:a:CertificateSha256" },
        { Host(sha: new string('g', 64)), "Ccm:Hosts:Static:a:CertificateSha256" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Validate_WrongOne_NamesTheSetting(StaticHostOptions host, string said) =>
        Assert.Contains(said, Assert.Single(Problems(("a", host))), StringComparison.Ordinal);

    [Fact]
    public void Validate_PasswordInTheAddress_IsNotRepeated() =>
        Assert.DoesNotContain("secret", Assert.Single(Problems(("a", Host(url: "https://ccm:secret@cml-1")))), StringComparison.Ordinal);

    [Fact]
    public void Validate_OneHostUnderTwoNames_IsRefused() =>
        Assert.Contains("two workers", Assert.Single(Problems(("a", Right), ("b", Host(url: "https://CML-1.example.org:443/")))), StringComparison.Ordinal);

    private static List<string> Problems(params (string Name, StaticHostOptions Host)[] hosts)
    {
        var options = new HostsOptions();
        foreach (var (name, host) in hosts)
            options.Static[name] = host;
        return [.. options.Validate(new ValidationContext(options)).Select(problem => problem.ErrorMessage!)];
    }

    private static StaticHostOptions Host(string url = "https://cml-2.example.org", string user = "ccm", string password = "x", string passwordFile = "", string ca = "", string sha = "") =>
        new() { Url = url, Username = user, Password = password, PasswordFile = passwordFile, CaFile = ca, CertificateSha256 = sha };
}

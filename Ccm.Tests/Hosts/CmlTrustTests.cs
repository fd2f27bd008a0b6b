using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ccm.Engine.Hosts;
using Ccm.Engine.Hosts.Cml;
using Ccm.Tests.Domain;
using Ccm.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccm.Tests.Hosts;

/// <summary>Which certificate is believed, over real TLS.</summary>
public sealed class CmlTrustTests : IDisposable
{
    private readonly TestCertificates _authority = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task List_ItsAuthorityGiven_IsBelieved() => await ListAsync("127.0.0.1", (_, ca) => new() { CaFile = ca });

    /// <summary>CML's own: self-signed, and for no name that anybody uses.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task List_ItsCertificatePinned_IsBelievedWhateverItsName(bool colons) =>
        await ListAsync("cml-controller", (fingerprint, _) => new() { CertificateSha256 = colons ? string.Join(':', fingerprint.ToLowerInvariant().Chunk(2).Select(pair => new string(pair))) : fingerprint });

    [Fact]
    public async Task List_AnotherCertificatePinned_IsNotBelievedAndTellsWhichItIs()
    {
        var fingerprint = "";

        var message = await RefusedAsync("127.0.0.1", (its, _) =>
        {
            fingerprint = its;
            return new() { CertificateSha256 = new string('A', 64) };
        });

        Assert.Contains(fingerprint, message, StringComparison.Ordinal);
        Assert.Contains("Ccm:Hosts:Static:a:CertificateSha256", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_NothingGiven_IsNotBelieved() =>
        Assert.Contains("Ccm:Hosts:Static:a:CertificateSha256", await RefusedAsync("127.0.0.1", (_, _) => new()), StringComparison.Ordinal);

    [Fact]
    public async Task List_AnotherAuthorityGiven_IsNotBelieved()
    {
        using var other = new TestCertificates();
        Assert.Contains("CaFile", await RefusedAsync("127.0.0.1", (_, _) => new() { CaFile = other.CaFile }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_ForAnotherName_IsNotBelieved() =>
        Assert.Contains("another name", await RefusedAsync("cml.example.org", (_, ca) => new() { CaFile = ca }), StringComparison.Ordinal);

    [Fact]
    public async Task List_OutOfDate_IsNotBelieved() =>
        Assert.Contains("out of date", await RefusedAsync("127.0.0.1", (_, ca) => new() { CaFile = ca }, expired: true), StringComparison.Ordinal);

    [Fact]
    public void Client_CaFileThatHoldsNoCertificate_IsRefusedAtTheStart()
    {
        var file = Path.GetTempFileName();
        Assert.Contains("Ccm:Hosts:Static:a:CaFile", Assert.Throws<ArgumentException>(() => new CmlClient("Ccm:Hosts:Static:a", new CmlHostOptions { Url = "https://cml/", CaFile = file }, TimeProvider.System)).Message, StringComparison.Ordinal);
        File.Delete(file);
    }

    public void Dispose() => _authority.Dispose();

    private async Task<string> RefusedAsync(string name, Func<string, string, CmlHostOptions> options, bool expired = false) =>
        (await Assert.ThrowsAsync<HostUnreachableException>(() => ListAsync(name, options, expired))).Message;

    private async Task ListAsync(string name, Func<string, string, CmlHostOptions> options, bool expired = false)
    {
        var (certificate, key) = _authority.Issue(name, expired);
        using var served = X509Certificate2.CreateFromPemFile(certificate, key);
        await using var host = await CmlStandIn.StartAsync(served);
        var trust = options(served.GetCertHashString(HashAlgorithmName.SHA256), _authority.CaFile);
        using var client = new CmlClient("Ccm:Hosts:Static:a", new CmlHostOptions
        {
            Url = host.Address.ToString(), Username = CmlStandIn.Username, Password = CmlStandIn.Password, CaFile = trust.CaFile, CertificateSha256 = trust.CertificateSha256,
        }, TimeProvider.System);
        Assert.Empty(await new CmlLabs((_, _) => Task.FromResult(client), NullLogger<CmlLabs>.Instance).ListAsync(Sample.Worker(), Cancellation));
    }
}

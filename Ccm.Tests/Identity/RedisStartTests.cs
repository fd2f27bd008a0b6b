using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ccm.Portal;
using Ccm.Portal.Identity.Sessions;
using Ccm.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccm.Tests.Identity;

/// <summary>Which Redis ends a start, in words that name the setting and the fix, and which is waited for.</summary>
public sealed class RedisStartTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Theory]
    [InlineData("password=right", null)]
    [InlineData("password=wrong", "Give user=… and password=…")]
    [InlineData("", "Give user=… and password=…")]
    [InlineData("password=right,ssl=true", "Leave ssl=true away")]
    public async Task Start_ServerWithPassword_WantsItAndNoTls(string options, string? fix)
    {
        await using var redis = await RedisServer.StartAsync("--requirepass", "right");

        await AssertAsync($"{redis.Endpoint},{options}", fix);
    }

    [Theory]
    [InlineData("", "Add ssl=true.")]
    [InlineData("ssl=true", "certificate is refused")]
    public async Task Start_ServerWithTls_WantsItAndATrustedCertificate(string options, string fix)
    {
        await using var redis = await RedisServer.StartAsync(["--port", "0", "--tls-port", "{port}", "--tls-auth-clients", "no", .. Certificate()]);

        await AssertAsync($"{redis.Endpoint},{options}", fix);
    }

    [Fact]
    public async Task Start_ServerAway_GoesOn()
    {
        await using var redis = await RedisServer.StartAsync();
        await redis.KillAsync();

        await AssertAsync(redis.Endpoint, null);
    }

    public void Dispose() => _directory.Dispose();

    private static async Task AssertAsync(string connection, string? fix)
    {
        var check = RedisStart.CheckAsync(SessionCache.Read(connection), NullLogger.Instance, TestContext.Current.CancellationToken);
        if (fix is null)
        {
            await check;
            return;
        }
        var refused = await Assert.ThrowsAsync<SettingsException>(() => check);
        Assert.StartsWith("ConnectionStrings:redis", refused.Message, StringComparison.Ordinal);
        Assert.Contains(fix, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", refused.Message, StringComparison.Ordinal);
    }

    private string[] Certificate()
    {
        using var key = RSA.Create(2048);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=redis", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        var (pem, secret) = (Path.Combine(_directory.Path, "redis.pem"), Path.Combine(_directory.Path, "redis.key"));
        File.WriteAllText(pem, certificate.ExportCertificatePem());
        File.WriteAllText(secret, key.ExportPkcs8PrivateKeyPem());
        return ["--tls-cert-file", pem, "--tls-key-file", secret, "--tls-ca-cert-file", pem];
    }
}

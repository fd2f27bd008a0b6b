using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ccm.Engine.Documents;
using Ccm.Engine.Documents.MongoDb;

namespace Ccm.Tests.Documents;

public sealed class MongoTlsTests
{
    /// <summary>It may be renewed while CCM runs, so that this is an outage; its reason must say what to renew.</summary>
    [Fact]
    public async Task Ask_CertificateNotBelieved_SaysWhichServerAndWhy()
    {
        using var key = RSA.Create(2048);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(now.AddDays(-9), now.AddDays(-1));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var serving = ServeAsync(listener, certificate, stop.Token);
        using var documents = new MongoDocuments($"mongodb://{listener.LocalEndpoint}/?directConnection=true&tls=true", 183, TimeProvider.System);

        var away = await Assert.ThrowsAsync<DocumentsUnavailableException>(() => documents.MakeIndexesAsync(TestContext.Current.CancellationToken));

        Assert.Matches(@"^MongoDB: 127\.0\.0\.1:\d+ does not answer \(The remote certificate .+\)\.$", away.Message);
        await stop.CancelAsync();
        await serving;
    }

    private static async Task ServeAsync(TcpListener listener, X509Certificate2 certificate, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using var stream = new SslStream(new NetworkStream(await listener.AcceptSocketAsync(stop), ownsSocket: true));
                await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, stop);
                await stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, stop);
            }
            catch (Exception exception) when (exception is IOException or AuthenticationException or OperationCanceledException)
            {
                // The client does not believe the certificate and hangs up.
            }
        }
    }
}

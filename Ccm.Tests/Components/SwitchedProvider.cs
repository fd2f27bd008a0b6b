using System.Net;
using System.Text;
using Ccm.Portal.Identity;

namespace Ccm.Tests.Components;

/// <summary>An identity provider that is away until the test lets it answer.</summary>
internal sealed class SwitchedProvider : HttpMessageHandler
{
    private static readonly Uri Authority = new("http://provider.test");

    public bool Answers { get; set; }

    public ProviderMetadata Metadata(TimeProvider time) => new(Authority, new HttpClient(this, disposeHandler: false), time);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => !Answers ? throw new HttpRequestException("Connection refused.")
        : Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent($$"""{"issuer":"{{Authority.GetLeftPart(UriPartial.Authority)}}"}""", Encoding.UTF8, "application/json") });
}

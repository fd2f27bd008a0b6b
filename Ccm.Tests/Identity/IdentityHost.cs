using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Ccm.Engine.Documents;
using Ccm.Portal.Identity;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ccm.Tests.Identity;

/// <summary>A real server on a free port with nothing in it but identity and one endpoint behind each policy.</summary>
internal sealed class IdentityHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly bool _ownsDirectory;

    private IdentityHost(WebApplication app, string directory, bool ownsDirectory)
    {
        _app = app;
        DataDirectory = directory;
        _ownsDirectory = ownsDirectory;
    }

    public string DataDirectory { get; }

    public Uri Address => new(_app.Urls.First());

    public IServiceProvider Services => _app.Services;

    /// <param name="dataDirectory">Null for a fresh one, removed at the end.</param>
    /// <param name="settings">Settings beyond the data directory.</param>
    /// <param name="services">Replaces parts.</param>
    /// <param name="pipeline">Runs ahead of everything else.</param>
    /// <param name="certificate">With one the server speaks HTTPS.</param>
    public static async Task<IdentityHost> StartAsync(
        string? dataDirectory = null,
        Dictionary<string, string?>? settings = null,
        Action<IServiceCollection>? services = null,
        Action<IApplicationBuilder>? pipeline = null,
        X509Certificate2? certificate = null)
    {
        var directory = dataDirectory ?? Directory.CreateTempSubdirectory("ccm-identity-").FullName;
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = Environments.Development });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(settings ?? []) { ["Ccm:DataDirectory"] = directory });
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
                listen.UseHttps(certificate);
        }));
        builder.Services.AddSingleton<IKeyDocuments>(MemoryKeys.Of(directory));
        builder.Services.AddCcmIdentity(builder.Configuration, builder.Environment);
        services?.Invoke(builder.Services);
        var app = builder.Build();
        pipeline?.Invoke(app);
        app.UseCcmSecurityHeaders();
        app.UseCcmAuthentication();
        app.UseAuthorization();
        app.MapCcmIdentity();
        app.MapGet("/", Who).RequireAuthorization(Policies.Portal);
        app.MapGet("/workers", Who).RequireAuthorization();
        app.MapGet("/api/v1/who", Who).RequireAuthorization(Policies.Api);
        app.MapGet("/api/v1/default", Who).RequireAuthorization();
        app.MapGet("/hubs/state", Who).RequireAuthorization(Policies.Hub);
        app.MapGet("/form-token", (HttpContext context, IAntiforgery antiforgery) => antiforgery.GetAndStoreTokens(context).RequestToken);
        app.MapGet("/ticket", (HttpContext context) => context.User.FindFirst(IdentityClaims.Ticket)?.Value).RequireAuthorization(Policies.Portal);
        app.MapGet("/open", (HttpContext context) => (string)context.Items[SecurityHeaders.NonceItem]!);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new IdentityHost(app, directory, dataDirectory is null);
    }

    public Browser Browse() => new(Address);

    public async Task<HttpResponseMessage> RequestTokenAsync(string secret = "ccm-demo", string scope = "ccm.api", string grant = "client_credentials")
    {
        using var client = new HttpClient();
        return await client.PostAsync(
            new Uri(Address, "/connect/token"),
            new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["grant_type"] = grant, ["client_id"] = "ccm-demo", ["client_secret"] = secret, ["scope"] = scope,
            }),
            TestContext.Current.CancellationToken);
    }

    public async Task<string> TokenAsync()
    {
        using var response = await RequestTokenAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        return answer.GetProperty("access_token").GetString()!;
    }

    /// <summary>GET with a bearer token, or with none; redirects are not followed.</summary>
    public async Task<HttpResponseMessage> GetAsync(string path, string? token = null)
    {
        using var handler = new HttpClientHandler { AllowAutoRedirect = false };
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Address, path));
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);

        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        if (_ownsDirectory)
            Directory.Delete(DataDirectory, recursive: true);
    }

    /// <summary>Id, name and roles of who asks.</summary>
    private static string Who(HttpContext context)
    {
        var actor = Actors.ActorOf(context.User);
        return $"{actor.Id}|{actor.Name}|{string.Join(',', actor.Roles)}";
    }
}

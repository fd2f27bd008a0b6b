using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Ccm.Engine.Control;
using Ccm.Engine.Documents;
using Ccm.Engine.Documents.Embedded;
using Ccm.Engine.Domain;
using Ccm.Engine.Hosting;
using Ccm.Engine.Leadership;
using Ccm.Engine.Watching;
using Ccm.Portal.Api;
using Ccm.Portal.Identity;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Ccm.Tests.Api;

/// <summary>The API over the real engine on a data directory of its own, on real Kestrel; only the identity provider is the test's.</summary>
/// <remarks>A token is <c>{role}:{subject}</c>.</remarks>
public sealed class ApiHost : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ccm-api-").FullName;
    private WebApplication? _app;

    /// <summary>On top of the host's own settings.</summary>
    internal Dictionary<string, string?> Settings { get; init; } = [];

    /// <summary>Puts other parts in the place of the engine's.</summary>
    internal Action<IServiceCollection> Replace { get; init; } = _ => { };

    public Uri Address { get; private set; } = null!;

    public IServiceProvider Services => _app!.Services;

    public WatchCache Cache => Services.GetRequiredService<WatchCache>();

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Development" });
        builder.Logging.ClearProviders();
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Ccm:DataDirectory"] = _directory,
            ["Ccm:ReplicaId"] = "api-test",
            ["Ccm:Simulator:Speed"] = "20000",
            ["Ccm:Leadership:LeaseTtl"] = "00:00:05",
            ["Ccm:Seed:DemoLabs"] = "false",
            ["Ccm:Seed:Templates:small:LicenseType"] = "Personal",
            ["Ccm:Seed:Templates:small:CpuCores"] = "8",
            ["Ccm:Seed:Templates:small:MemoryGb"] = "96",
            ["Ccm:Seed:Templates:small:StorageGb"] = "500",
            ["Ccm:Seed:Templates:small:MaxWorkers"] = "5",
        });
        builder.Configuration.AddInMemoryCollection(Settings);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        builder.Services.AddRouting();
        builder.Services.AddCcmEngine(builder.Configuration);
        builder.Services.AddSingleton<IAuditTrail>(provider => new BreakableTrail(ActivatorUtilities.CreateInstance<SqliteAuditTrail>(provider)));
        Replace(builder.Services);
        builder.Services.AddCcmApi();
        builder.Services.AddAuthentication(TokenHandler.Scheme).AddScheme<AuthenticationSchemeOptions, TokenHandler>(TokenHandler.Scheme, null);
        builder.Services.AddAuthorizationBuilder().AddPolicy(Policies.Api, policy => policy.RequireAuthenticatedUser()).AddPolicy(Policies.Hub, policy => policy.RequireAuthenticatedUser());
        _app = builder.Build();
        _app.UseAuthentication();
        _app.UseAuthorization();
        _app.MapCcmApi();
        await _app.StartAsync();
        Address = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        await Cache.Ready;
        await UntilAsync(snapshot => snapshot.Templates.ContainsKey("small"));
    }

    /// <summary>A worker of template <c>small</c> that runs.</summary>
    public async Task<string> RunningWorkerAsync()
    {
        var id = (string)(await Client().PostedAsync("/api/v1/workers", new { template = "small" }))["id"]!;
        await UntilAsync(snapshot => snapshot.Workers[id].Value.State == WorkerState.Running);
        return id;
    }

    /// <summary>An instance of a definition that runs.</summary>
    public async Task<string> RunningInstanceAsync(HttpClient client, string definition)
    {
        var id = (string)(await client.PostedAsync("/api/v1/instances", new { definitionId = definition, durationMinutes = 60 }))["id"]!;
        await UntilAsync(snapshot => snapshot.Instances[id].Value.State == InstanceState.Running);
        return id;
    }

    /// <summary>Removes the keys of an instance that ended, as the retention sweep does a day later.</summary>
    public Task<bool> ForgetAsync(string id) => Services.GetRequiredService<ControlPlane>().ForgetInstanceAsync(
        Services.GetRequiredService<Elections>().Controller.Term!.Fence, Cache.Current.Instances[id], TestContext.Current.CancellationToken);

    /// <summary>Waits on the watch; the bound only keeps a broken engine from hanging the run.</summary>
    public async Task UntilAsync(Func<FleetSnapshot, bool> condition)
    {
        using var subscription = Cache.Subscribe();
        var snapshot = subscription.Start;
        while (!condition(snapshot))
        {
            var change = await subscription.NextAsync(TimeSpan.FromSeconds(30), TimeProvider.System, TestContext.Current.CancellationToken);
            Assert.True(change is not null, $"Nothing changes any more at revision {snapshot.Revision}.");
            snapshot = change.After;
        }
    }

    public HttpClient Client(string role = "admin", string? subject = null)
    {
        var client = new HttpClient { BaseAddress = Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token(role, subject));
        return client;
    }

    public static string Token(string role, string? subject = null) => $"{role}:{subject ?? role}";

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private sealed class TokenHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        public new const string Scheme = "Test";

        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            var header = Request.Headers.Authorization.ToString();
            var token = header.StartsWith("Bearer ", StringComparison.Ordinal) ? header[7..] : Request.Query["access_token"].ToString();
            if (token.Split(':') is not [var role, var subject])
                return Task.FromResult(AuthenticateResult.NoResult());
            var identity = new ClaimsIdentity([new(IdentityClaims.Subject, subject), new(IdentityClaims.Name, subject), new(IdentityClaims.Role, role)], Scheme);
            return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme)));
        }
    }
}

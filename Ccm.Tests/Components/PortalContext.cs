using System.Collections.Immutable;
using System.Security.Claims;
using System.Text;
using System.Text.Json;
using Bunit;
using Ccm.Engine.Control;
using Ccm.Engine.Documents;
using Ccm.Engine.Documents.Embedded;
using Ccm.Engine.Domain;
using Ccm.Engine.Embedded;
using Ccm.Engine.Hosts;
using Ccm.Engine.Leadership;
using Ccm.Engine.Scheduling;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Ccm.Portal.Components;
using Ccm.Portal.Components.Grid;
using Ccm.Portal.Components.Shared.Forms;
using Ccm.Portal.Health;
using Ccm.Portal.Identity;
using Ccm.Portal.Live;
using Ccm.Tests.Domain;
using Ccm.Tests.Hosts;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.JSInterop;
using MudBlazor;
using MudBlazor.Services;
using TestContext = Xunit.TestContext;

namespace Ccm.Tests.Components;

/// <summary>
/// What a page needs around it: a real control plane and watch cache over a state store that the test drives, documents in SQLite, a
/// clock that stands still, and somebody who looks. As in the layout, dialogs and messages stand outside the page and its cascades.
/// </summary>
internal sealed class PortalContext : IAsyncDisposable
{
    /// <summary>So many operations waiting for the audit trail, and people's changes are refused.</summary>
    public const int OutboxLimit = 1000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly PlanningTimes Times = new(TimeSpan.FromMinutes(5), 1);
    private readonly TemporaryDirectory _directory = new();
    private readonly BunitContext _bunit = new();

    private PortalContext(Role[] roles, Action<IServiceCollection>? also)
    {
        Actor = new Actor(roles.Length == 0 ? "nobody" : IdentityClaims.NameOf(roles[0]), roles.Length == 0 ? "Nobody" : roles[0].ToString(), [.. roles]);
        Database = EmbeddedDatabase.Open(_directory.Path);
        Cache = new WatchCache(Store, Time, NullLogger<WatchCache>.Instance);
        var definitions = new SqliteDefinitionDocuments(Database, Time);
        Trail = new SqliteAuditTrail(Database);
        var options = Microsoft.Extensions.Options.Options.Create(new ControlOptions { OutboxLimit = OutboxLimit });
        // Two, as two replicas: what one has read of the documents the other has not.
        Control = new ControlPlane(Store, definitions, new SqliteTemplateDocuments(Database, Time), Trail, Cache, options, Times, Time, NullLogger<ControlPlane>.Instance);
        var shown = new ControlPlane(Store, definitions, new SqliteTemplateDocuments(Database, Time), Trail, Cache, options, Times, Time, NullLogger<ControlPlane>.Instance);
        Elections = new Elections(new Replica("replica-1", ""), Store, Cache, Microsoft.Extensions.Options.Options.Create(new LeadershipOptions()), Time, NullLogger<Election>.Instance);
        Monitor = new StateMonitor(Store, Cache, Elections, Time, NullLogger<StateMonitor>.Instance);
        Faults = new RecentFaults(Time);
        _bunit.JSInterop.Mode = JSRuntimeMode.Loose;
        _bunit.JSInterop.Setup<IJSStreamReference>("ccm.drafts.read", _ => true).SetResult(new SentBytes("null"u8.ToArray()));
        _bunit.Services.AddMudServices();
        _bunit.Services.AddScoped<Ccm.Portal.Components.Pages.Definitions.Editing.Handover>();
        _bunit.Services.AddSingleton<TimeProvider>(Time).AddSingleton<IStateStore>(Store).AddSingleton(Cache).AddSingleton(shown).AddSingleton<PartsWatch>().AddSingleton<IDistributedCache>(Sessions).AddSingleton(Elections).AddSingleton(Monitor)
            .AddSingleton(new Replica("replica-1", "")).AddSingleton(Times).AddSingleton<IConfiguration>(new ConfigurationBuilder().Build()).AddSingleton<SystemHealth>()
            .AddSingleton(new HostRegistry([Host])).AddSingleton<LatestEvents>().AddSingleton(Views).AddScoped<ChosenColumns>().AddScoped<CircuitFeed>()
            .AddSingleton(options).AddSingleton(Faults)
            .AddSingleton(new OpenCircuits(new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance), Time, NullLogger<OpenCircuits>.Instance));
        also?.Invoke(_bunit.Services);
        _bunit.AddAuthorization().SetAuthorized(Actor.Name).SetClaims(
            [new Claim(IdentityClaims.Subject, Actor.Id), new Claim(IdentityClaims.Name, Actor.Name), .. roles.Select(role => new Claim(IdentityClaims.Role, IdentityClaims.NameOf(role)))]);
    }

    public static Actor Admin { get; } = new("admin", "Admin", [Role.Admin]);

    public MemoryStateStore Store { get; } = new();

    /// <summary>Of workers whose provider is <c>scripted</c>.</summary>
    public ScriptedHost Host { get; } = new();

    public PageTime Time { get; } = new(Sample.Now);

    public EmbeddedDatabase Database { get; }

    public SqliteAuditTrail Trail { get; }

    public WatchCache Cache { get; }

    /// <summary>Not the pages' own: it has read everything when the documents go away.</summary>
    public ControlPlane Control { get; }

    public RowViews Views { get; } = new();

    public Elections Elections { get; }

    /// <summary>Runs when a test starts it.</summary>
    public PartsWatch Parts => _bunit.Services.GetRequiredService<PartsWatch>();

    /// <summary>Where sessions would lie.</summary>
    public BreakableCache Sessions { get; } = new();

    public RecentFaults Faults { get; }

    /// <summary>Not running: it asks the store when the test says so.</summary>
    public StateMonitor Monitor { get; }

    /// <summary>Who looks; the id is the first role's name, so that <see cref="Sample"/>'s instances belong to the role user.</summary>
    public Actor Actor { get; }

    /// <summary>Of the pages.</summary>
    public IServiceProvider Services => _bunit.Services;

    public BunitJSInterop Script => _bunit.JSInterop;

    public NavigationManager Navigation => _bunit.Services.GetRequiredService<NavigationManager>();

    public IRenderedComponent<MudDialogProvider> Dialogs { get; private set; } = null!;

    public IRenderedComponent<MudSnackbarProvider> Messages { get; private set; } = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static Task<PortalContext> StartAsync(params Role[] roles) => StartAsync(null, roles);

    /// <param name="also">Adds what a portal has only by its settings.</param>
    public static async Task<PortalContext> StartAsync(Action<IServiceCollection>? also, params Role[] roles)
    {
        var portal = new PortalContext(roles, also);
        await portal.Cache.StartAsync(Cancelled);
        await portal.Cache.Ready.WaitAsync(Cancelled);
        portal._bunit.Render<MudPopoverProvider>();
        portal.Dialogs = portal._bunit.Render<MudDialogProvider>();
        portal.Messages = portal._bunit.Render<MudSnackbarProvider>();
        return portal;
    }

    /// <summary>Goes to the address and shows the component to the actor, with UTC as the viewer's zone unless told otherwise.</summary>
    public IRenderedComponent<T> Open<T>(string address = "/", Action<ComponentParameterCollectionBuilder<T>>? parameters = null, string zone = "") where T : IComponent
    {
        Navigation.NavigateTo(address);
        return _bunit.Render<T>(builder =>
        {
            builder.AddCascadingValue(Actor).AddCascadingValue(new Viewer(false, zone));
            parameters?.Invoke(builder);
        });
    }

    /// <summary>The actor's browser has kept unsaved work of a form.</summary>
    public void HasDraft(string form, Draft draft) => Script.Setup<IJSStreamReference>("ccm.drafts.read", call => Draft.KeyOf(Actor, form).Equals(call.Arguments[0]))
        .SetResult(new SentBytes(JsonSerializer.SerializeToUtf8Bytes(draft, JsonSerializerOptions.Web)));

    /// <summary>Calls of a function of the page's script.</summary>
    public IReadOnlyList<JSRuntimeInvocation> Calls(string function) => Script.Invocations[function];

    /// <summary>Takes every component off, as a browser that goes away does.</summary>
    public Task LeaveAsync() => _bunit.DisposeComponentsAsync();

    /// <summary>Waits until it holds of what is shown; on a still clock.</summary>
    public static void Shows<T>(IRenderedComponent<T> component, Action assertion) where T : IComponent => component.WaitForAssertion(assertion, Patience);

    /// <summary>Lets seconds pass until it holds.</summary>
    public void ShowsInTime<T>(IRenderedComponent<T> component, Action assertion) where T : IComponent
    {
        for (var second = 0; ; second++)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            try
            {
                component.WaitForAssertion(assertion, Patience / 100);
                return;
            }
            catch (Bunit.Extensions.WaitForHelpers.WaitForFailedException) when (second < 100)
            {
                // The next second.
            }
        }
    }

    public Task PutAsync(LabletInstance instance, string? workerId = null) => CommitAsync(workerId is null
        ? [new(StateKeys.InstanceState(instance.Id), DomainJson.Write(instance))]
        : [new(StateKeys.InstanceState(instance.Id), DomainJson.Write(instance)), new(StateKeys.InstanceWorker(instance.Id), Encoding.UTF8.GetBytes(workerId))]);

    /// <param name="available">Null: all that it declares.</param>
    public Task PutAsync(Worker worker, Capacity? available = null, params int[] ports) => CommitAsync(
    [
        new(StateKeys.WorkerState(worker.Id), DomainJson.Write(worker)),
        new(StateKeys.WorkerCapacity(worker.Id), DomainJson.Write(AvailableCapacity.Of(available ?? worker.Declared, Sample.Now))),
        new(StateKeys.WorkerPorts(worker.Id), Encoding.UTF8.GetBytes(PortBitmap.Empty(worker.PortRange).Take(ports).ToString())),
    ]);

    /// <summary>In the cache when this returns.</summary>
    public async Task CommitAsync(ImmutableArray<StatePut> puts, ImmutableArray<string>? deletes = null)
    {
        await Store.CommitAsync(new StateTransaction { Puts = puts, Deletes = deletes ?? [] }, Cancelled);
        await Cache.ReachedAsync(Store.Revision, Cancelled);
    }

    public Task<LabletDefinition> PublishAsync(string name, string version = "1.0.0", string? yaml = null) =>
        Control.PublishAsync(Admin, Operation.New(), new PublishRequest { Name = name, Version = version, LabYaml = yaml ?? LabText.TwoRouters(name) }, Cancelled);

    /// <summary>A kind of worker that the fleet may grow by.</summary>
    public Task<WorkerTemplate> AddTemplateAsync(WorkerTemplate template) => Control.CreateTemplateAsync(Admin, Operation.New(), template, Cancelled);

    /// <summary>Makes the document store answer nothing but errors; again: it is back.</summary>
    public void TakeDocumentsAway(bool away = true)
    {
        using var connection = Database.Connect();
        foreach (var table in new[] { "lablet_definitions", "worker_templates", "audit_events" })
        {
            using var command = SqliteDocuments.Command(connection, away ? $"ALTER TABLE {table} RENAME TO away_{table}" : $"ALTER TABLE away_{table} RENAME TO {table}");
            command.ExecuteNonQuery();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Parts.StopAsync(CancellationToken.None);
        await _bunit.DisposeAsync();
        await Cache.StopAsync(CancellationToken.None);
        Cache.Dispose();
        Database.Dispose();
        _directory.Dispose();
    }
}

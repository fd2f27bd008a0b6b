using System.Collections.Immutable;
using System.Text.Json;
using Ccm.Engine.Control;
using Ccm.Engine.Documents;
using Ccm.Engine.Documents.Embedded;
using Ccm.Engine.Domain;
using Ccm.Engine.Embedded;
using Ccm.Engine.Watching;
using Ccm.Tests.Components;
using Ccm.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Ccm.Tests.Control;

/// <summary>A version is the same as another when its lab and its settings are; on every document store alike.</summary>
public abstract class PublishContract : IAsyncLifetime
{
    private static readonly string Lab = LabText.TwoRouters("lab");

    /// <summary>A request's settings, each with another value than <see cref="First"/> has.</summary>
    private static readonly Dictionary<string, Func<PublishRequest, PublishRequest>> Settings = new()
    {
        ["description"] = request => request with { Description = "Another." },
        ["resources"] = request => request with { Resources = new LabResources(1, 2, 3, true) },
        ["cmlVersionRange"] = request => request with { CmlVersionRange = ">=2.8.0" },
        ["region"] = request => request with { Region = "eu-2" },
        ["licenseAffinity"] = request => request with { LicenseAffinity = [LicenseType.Enterprise] },
        ["maxDurationMinutes"] = request => request with { MaxDurationMinutes = 30 },
        ["warmPoolDepth"] = request => request with { WarmPoolDepth = 1 },
        ["artifactUri"] = request => request with { ArtifactUri = "https://a.test/another" },
        ["gradingRulesUri"] = request => request with { GradingRulesUri = "https://a.test/rules" },
        ["ownerNotification"] = request => request with { OwnerNotification = "#labs" },
    };

    private readonly TemporaryDirectory _directory = new();
    private readonly MemoryStateStore _store = new();
    private readonly List<ControlPlane> _replicas = [];
    private EmbeddedDatabase _database = null!;
    private WatchCache _cache = null!;
    private IDefinitionDocuments _documents = null!;
    private ControlPlane _control = null!;

    public static TheoryData<string> SettingNames => [.. Settings.Keys];

    private static PublishRequest First => new()
    {
        Name = "lab",
        Version = "1.0.0",
        LabYaml = Lab,
        Region = "eu-1",
        LicenseAffinity = [LicenseType.Personal, LicenseType.Evaluation],
        MaxDurationMinutes = 60,
        ChangeNote = "The first.",
    };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private DefinitionPointer Pointer => _cache.Current.Definitions["lab"].Value;

    public async ValueTask InitializeAsync()
    {
        _database = EmbeddedDatabase.Open(_directory.Path);
        _cache = new WatchCache(_store, TimeProvider.System, NullLogger<WatchCache>.Instance);
        await _cache.StartAsync(Cancelled);
        await _cache.Ready.OrLate();
        _documents = await OpenAsync(_database);
        _control = Replica(_documents);
        await PublishAsync(First);
    }

    [Fact]
    public void Settings_OfARequest_AreAllTriedHere() =>
        Assert.Equal(
            typeof(PublishRequest).GetProperties().Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name)).Except(["name", "version", "labYaml", "changeNote", "basedOn"]).Order(StringComparer.Ordinal),
            Settings.Keys.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(SettingNames))]
    public async Task Publish_SameLabOtherSetting_IsAVersionOfItsOwnUnderAHigherNumberOnly(string setting)
    {
        var changed = Settings[setting](First);

        var refused = await RefusedAsync(changed);
        var published = await PublishAsync(changed with { Version = "1.1.0" });

        Assert.Equal(RefusalKind.Conflict, refused.Kind);
        Assert.Equal($"Version 1.0.0 of 'lab' is published already, with other settings: {setting}. Publish yours as a newer version than 1.0.0.", refused.Message);
        Assert.Equal(["1.0.0", "1.1.0"], Pointer.Versions.Select(version => version.Version));
        var read = await Replica(_documents).ReadDefinitionAsync("lab", "1.1.0", Cancelled);
        Assert.Equal(DomainJson.Write(published), DomainJson.Write(read));
        Assert.Equal([setting], DefinitionRules.OtherSettings(await Replica(_documents).ReadDefinitionAsync("lab", "1.0.0", Cancelled), read));
    }

    /// <summary>Neither why, nor what means the same: licences in another order, an address that is empty and none.</summary>
    [Fact]
    public async Task Publish_SameLabAndSettings_IsTheVersionThatStands()
    {
        var again = await PublishAsync(First with { LicenseAffinity = [LicenseType.Evaluation, LicenseType.Personal], ArtifactUri = "", ChangeNote = "Once more." });

        Assert.Equal("The first.", again.ChangeNote);
        Assert.Single(Pointer.Versions);
    }

    [Fact]
    public async Task Publish_SameLabAndSettingsAsTheNewest_IsRefusedUnderANewNumber()
    {
        var refused = await RefusedAsync(First with { Version = "1.1.0", ChangeNote = "Once more." });

        Assert.Equal(RefusalKind.Conflict, refused.Kind);
        Assert.Equal("Lab and settings are the same as version 1.0.0 of 'lab'. Change the lab or a setting, or keep using that version.", refused.Message);
    }

    /// <summary>Back to what an older version had is a change like any other.</summary>
    [Fact]
    public async Task Publish_SameAsAnOlderVersion_IsANewVersion()
    {
        await PublishAsync(First with { Version = "1.1.0", MaxDurationMinutes = 30 });

        var published = await PublishAsync(First with { Version = "1.2.0" });

        Assert.Equal(60, published.MaxDurationMinutes);
        Assert.Equal("1.2.0", Pointer.Latest);
    }

    [Fact]
    public async Task Publish_AfterDelete_RestoresTheSameAndRefusesOtherSettings()
    {
        await _control.DeleteDefinitionAsync(PortalContext.Admin, Operation.New(), "lab", Cancelled);

        var refused = await RefusedAsync(First with { MaxDurationMinutes = 30 });
        Assert.Contains("other settings: maxDurationMinutes", refused.Message, StringComparison.Ordinal);
        Assert.Equal(DefinitionStatus.Deleted, Pointer.Status);

        await PublishAsync(First);
        Assert.Equal(DefinitionStatus.Active, Pointer.Status);
        Assert.Single(Pointer.Versions);
    }

    /// <summary>Between looking at what is published and writing the document another replica publishes that version.</summary>
    [Theory]
    [InlineData(30, "")]
    [InlineData(45, "Version 1.1.0 of 'lab' is published already, with other settings: maxDurationMinutes. Publish yours as a newer version than 1.1.0.")]
    public async Task Publish_AnotherIsAMomentAhead_GetsItsVersionOrHearsWhatDiffers(int minutes, string refusal)
    {
        var theirs = First with { Version = "1.1.0", MaxDurationMinutes = minutes, ChangeNote = "Theirs." };
        var behind = Replica(new Overtaken(_documents, () => PublishAsync(theirs)));
        var mine = behind.PublishAsync(PortalContext.Admin, Operation.New(), theirs with { MaxDurationMinutes = 30, ChangeNote = "Mine." }, Cancelled);

        if (refusal.Length == 0)
            Assert.Equal("Theirs.", (await mine).ChangeNote);
        else
            Assert.Equal(refusal, (await Assert.ThrowsAsync<RefusedException>(() => mine)).Message);
        Assert.Equal(minutes, (await Replica(_documents).ReadDefinitionAsync("lab", "1.1.0", Cancelled)).MaxDurationMinutes);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in _replicas)
            replica.Dispose();
        await _cache.StopAsync(CancellationToken.None);
        _cache.Dispose();
        _database.Dispose();
        _directory.Dispose();
        await CloseAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Documents of the calling test's own.</summary>
    protected abstract Task<IDefinitionDocuments> OpenAsync(EmbeddedDatabase database);

    protected virtual ValueTask CloseAsync() => ValueTask.CompletedTask;

    /// <summary>One that has read nothing yet.</summary>
    private ControlPlane Replica(IDefinitionDocuments documents)
    {
        var replica = new ControlPlane(_store, documents, new SqliteTemplateDocuments(_database, TimeProvider.System), new SqliteAuditTrail(_database), _cache,
            Options.Create(new ControlOptions()), new PlanningTimes(TimeSpan.FromMinutes(5), 1), TimeProvider.System, NullLogger<ControlPlane>.Instance);
        _replicas.Add(replica);
        return replica;
    }

    private Task<LabletDefinition> PublishAsync(PublishRequest request) => _control.PublishAsync(PortalContext.Admin, Operation.New(), request, Cancelled);

    private Task<RefusedException> RefusedAsync(PublishRequest request) => Assert.ThrowsAsync<RefusedException>(() => PublishAsync(request));

    private sealed class Overtaken(IDefinitionDocuments inner, Func<Task> overtake) : IDefinitionDocuments
    {
        public async Task<UpsertResult> UpsertAsync(LabletDefinition definition, string labYaml, CancellationToken cancellationToken)
        {
            await overtake();
            return await inner.UpsertAsync(definition, labYaml, cancellationToken);
        }

        public Task<LabletDefinition?> FindAsync(string name, string version, CancellationToken cancellationToken) => inner.FindAsync(name, version, cancellationToken);

        public Task<ImmutableArray<LabletDefinition>> FindManyAsync(IReadOnlyCollection<(string Name, string Version)> keys, CancellationToken cancellationToken) => inner.FindManyAsync(keys, cancellationToken);

        public Task<string?> ReadLabAsync(string name, string version, CancellationToken cancellationToken) => inner.ReadLabAsync(name, version, cancellationToken);

        public Task<ImmutableArray<DocumentStamp>> ListStampsAsync(DateTimeOffset before, CancellationToken cancellationToken) => inner.ListStampsAsync(before, cancellationToken);

        public Task<bool> DeleteAsync(DocumentStamp stamp, CancellationToken cancellationToken) => inner.DeleteAsync(stamp, cancellationToken);
    }
}

using Ccm.Engine.Documents;
using Ccm.Engine.Domain;

namespace Ccm.Tests.Documents;

/// <summary>What every document store promises; each runs it whole.</summary>
public abstract partial class DocumentsContract
{
    /// <summary>After so many days a trail forgets.</summary>
    protected const int AuditDays = 183;

    private static readonly string[] Before = ["1.0.0"];

    /// <summary>Events are an hour apart, with a tick beyond the millisecond; the fourth is the first that is not old enough to be forgotten.</summary>
    private static readonly DateTimeOffset Expiry = TimeProvider.System.GetUtcNow().AddDays(-AuditDays);

    private static readonly DateTimeOffset Start = Expiry.AddHours(-3.5).AddTicks(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Stores of the calling test's own.</summary>
    protected abstract ValueTask<DocumentStores> OpenAsync();

    /// <summary>Has the store forget what is older, in its own way.</summary>
    protected abstract Task ExpireAsync(IAuditTrail trail, DateTimeOffset before);

    [Fact]
    public async Task Definition_Upserted_IsFoundAsItWasGiven()
    {
        var stores = await OpenAsync();
        var definition = Definition("ospf", "1.0.0", "aa");
        const string Lab = "lab:\r\n  title: \"é\u2028 \U0001F600\"\n# trailing \t\n";

        Assert.Equal(UpsertResult.Written, await stores.Definitions.UpsertAsync(definition, Lab, Cancellation));

        var found = await stores.Definitions.FindAsync("ospf", "1.0.0", Cancellation);
        Assert.Equal(DomainJson.Write(definition), DomainJson.Write(found));
        Assert.Equal(Lab, await stores.Definitions.ReadLabAsync("ospf", "1.0.0", Cancellation));
    }

    [Fact]
    public async Task Definition_ThatIsNotThere_IsNullAndLeftOut()
    {
        var stores = await OpenAsync();
        await stores.Definitions.UpsertAsync(Definition("ospf", "1.0.0", "aa"), "a", Cancellation);

        Assert.Null(await stores.Definitions.FindAsync("ospf", "2.0.0", Cancellation));
        Assert.Null(await stores.Definitions.ReadLabAsync("bgp", "1.0.0", Cancellation));
        var many = await stores.Definitions.FindManyAsync([("ospf", "1.0.0"), ("ospf", "2.0.0"), ("bgp", "1.0.0")], Cancellation);
        Assert.Equal(Before, many.Select(found => found.Version));
        Assert.Empty(await stores.Definitions.FindManyAsync([], Cancellation));
    }

    [Fact]
    public async Task Definition_OfAnotherOperationAndLab_StaysAsItIs()
    {
        var stores = await OpenAsync();
        await stores.Definitions.UpsertAsync(Definition("ospf", "1.0.0", "aa", "first"), "a", Cancellation);

        Assert.Equal(UpsertResult.Different, await stores.Definitions.UpsertAsync(Definition("ospf", "1.0.0", "bb", "second"), "b", Cancellation));

        Assert.Equal("a", await stores.Definitions.ReadLabAsync("ospf", "1.0.0", Cancellation));
    }

    [Fact]
    public async Task Definition_TheSameButForItsTime_KeepsItsTimeAndGetsAFreshStamp()
    {
        var stores = await OpenAsync();
        var first = Definition("ospf", "1.0.0", "aa");
        await stores.Definitions.UpsertAsync(first, "a", Cancellation);
        var stamp = Assert.Single(await stores.Definitions.ListStampsAsync(DateTimeOffset.MaxValue, Cancellation));

        Assert.Equal(UpsertResult.Written, await stores.Definitions.UpsertAsync(first with { CreatedAt = first.CreatedAt.AddSeconds(3) }, "a", Cancellation));

        Assert.NotEqual(stamp.Stamp, Assert.Single(await stores.Definitions.ListStampsAsync(DateTimeOffset.MaxValue, Cancellation)).Stamp);
        Assert.Equal(first.CreatedAt, (await stores.Definitions.FindAsync("ospf", "1.0.0", Cancellation))!.CreatedAt);
        Assert.False(await stores.Definitions.DeleteAsync(stamp, Cancellation));
    }

    [Theory]
    [InlineData("aa", "second")]
    [InlineData("bb", "first")]
    [InlineData("bb", "second")]
    public async Task Definition_ThatWasAbandoned_GivesWay(string sha256, string operation)
    {
        var stores = await OpenAsync();
        await stores.Definitions.UpsertAsync(Definition("ospf", "1.0.0", "aa", "first"), "a", Cancellation);

        Assert.Equal(UpsertResult.Different, await stores.Definitions.UpsertAsync(Definition("ospf", "1.0.0", sha256, operation), "b", Cancellation));
        stores.Time.Jump(Unpublished.Abandoned + TimeSpan.FromSeconds(1));
        Assert.Equal(UpsertResult.Written, await stores.Definitions.UpsertAsync(Definition("ospf", "1.0.0", sha256, operation), "b", Cancellation));

        Assert.Equal("b", await stores.Definitions.ReadLabAsync("ospf", "1.0.0", Cancellation));
        Assert.Equal((sha256, operation), await stores.Definitions.FindAsync("ospf", "1.0.0", Cancellation) is { } found ? (found.LabSha256, found.OperationId) : default);
    }

    [Fact]
    public async Task Definition_UpsertedByManyAtOnce_IsOnesAlone()
    {
        var stores = await OpenAsync();

        var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(n =>
            Task.Run(() => stores.Definitions.UpsertAsync(Definition("ospf", "1.0.0", $"sha-{n}", $"operation-{n}"), $"lab-{n}", Cancellation))));

        var winner = Array.IndexOf(results, UpsertResult.Written);
        Assert.Single(results, UpsertResult.Written);
        Assert.Equal($"lab-{winner}", await stores.Definitions.ReadLabAsync("ospf", "1.0.0", Cancellation));
        Assert.Equal($"operation-{winner}", (await stores.Definitions.FindAsync("ospf", "1.0.0", Cancellation))!.OperationId);
    }

    [Fact]
    public async Task Stamps_OlderThan_AreListedAndDeletedOnlyWhileUnchanged()
    {
        var stores = await OpenAsync();
        await stores.Definitions.UpsertAsync(Definition("old", "1.0.0", "aa"), "a", Cancellation);
        stores.Time.Jump(TimeSpan.FromMinutes(5));
        await stores.Definitions.UpsertAsync(Definition("new", "1.0.0", "bb"), "b", Cancellation);

        var stamp = Assert.Single(await stores.Definitions.ListStampsAsync(stores.Time.GetUtcNow().AddSeconds(-60), Cancellation));
        Assert.Equal(("old", "1.0.0"), (stamp.Name, stamp.Version));
        Assert.Equal(stores.Time.GetUtcNow().AddMinutes(-5), stamp.WrittenAt);
        Assert.False(await stores.Definitions.DeleteAsync(stamp with { Stamp = Guid.NewGuid() }, Cancellation));
        Assert.True(await stores.Definitions.DeleteAsync(stamp, Cancellation));
        Assert.False(await stores.Definitions.DeleteAsync(stamp, Cancellation));
        Assert.Null(await stores.Definitions.FindAsync("old", "1.0.0", Cancellation));
    }

    [Fact]
    public async Task Template_Upserted_IsFoundByRevision()
    {
        var stores = await OpenAsync();
        var template = new WorkerTemplate { Name = "small", CpuCores = 8, MemoryGb = 64, StorageGb = 500, LicenseType = LicenseType.Personal, CostPerHour = 0.85m, OperationId = "first" };
        await stores.Templates.UpsertAsync(template, Cancellation);
        await stores.Templates.UpsertAsync(template with { Revision = 2, MemoryGb = 96, OperationId = "second" }, Cancellation);

        Assert.Equal(template, await stores.Templates.FindAsync("small", 1, Cancellation));
        Assert.Equal(96, (await stores.Templates.FindAsync("small", 2, Cancellation))!.MemoryGb);
        Assert.Null(await stores.Templates.FindAsync("small", 3, Cancellation));
        Assert.Equal(2, (await stores.Templates.FindManyAsync([("small", 1), ("small", 2), ("small", 3)], Cancellation)).Length);
        Assert.Equal(UpsertResult.Different, await stores.Templates.UpsertAsync(template with { OperationId = "other" }, Cancellation));
        Assert.Equal(UpsertResult.Written, await stores.Templates.UpsertAsync(template, Cancellation));
        stores.Time.Jump(Unpublished.Abandoned + TimeSpan.FromSeconds(1));
        Assert.Equal(UpsertResult.Written, await stores.Templates.UpsertAsync(template with { MemoryGb = 65, OperationId = "other" }, Cancellation));
        Assert.Equal(65, (await stores.Templates.FindAsync("small", 1, Cancellation))!.MemoryGb);
        var stamps = await stores.Templates.ListStampsAsync(DateTimeOffset.MaxValue, Cancellation);
        Assert.Equal(["1", "2"], stamps.Select(stamp => stamp.Version).Order());
        Assert.True(await stores.Templates.DeleteAsync(stamps[0], Cancellation));
    }

    [Fact]
    public async Task Key_AddedTwice_StaysTheFirstOfItsUse()
    {
        var stores = await OpenAsync();
        await stores.Keys.AddAsync(KeyUse.EmbeddedIdentity, new KeyDocument("first", "identity"), Cancellation);

        Assert.Empty(await stores.Keys.ListAsync(KeyUse.DataProtection, Cancellation));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(() => stores.Keys.AddAsync(KeyUse.DataProtection, new KeyDocument("first", $"text-{n}"), Cancellation))));
        var first = Assert.Single(await stores.Keys.ListAsync(KeyUse.DataProtection, Cancellation));
        await stores.Keys.AddAsync(KeyUse.DataProtection, new KeyDocument("first", "late"), Cancellation);
        await stores.Keys.AddAsync(KeyUse.DataProtection, new KeyDocument("second", "<key>é</key>"), Cancellation);

        Assert.Equal([first, new KeyDocument("second", "<key>é</key>")], (await stores.Keys.ListAsync(KeyUse.DataProtection, Cancellation)).OrderBy(key => key.Name, StringComparer.Ordinal));
        Assert.Equal([new KeyDocument("first", "identity")], await stores.Keys.ListAsync(KeyUse.EmbeddedIdentity, Cancellation));
    }

    private static DateTimeOffset At(int hour) => Start.AddHours(hour);

    private static LabletDefinition Definition(string name, string version, string sha256, string operation = "operation") => new()
    {
        Name = name,
        Version = version,
        Title = "A <title> & more",
        LabSha256 = sha256,
        Resources = new LabResources(4, 8, 16, true),
        LicenseAffinity = [LicenseType.Enterprise],
        NodeCount = 3,
        LicensedNodeCount = 2,
        PortNames = ["r1_serial", "r2_serial"],
        CreatedAt = At(1),
        CreatedBy = "admin",
        OperationId = operation,
    };
}

using Ccm.Portal;
using Ccm.Tests.Servers;
using Ccm.Tests.Story;
using MongoDB.Driver;

namespace Ccm.Tests.Documents;

/// <summary>What the engine's start makes of a server: what only the settings can mend ends it, in one line.</summary>
public sealed class MongoStartTests(SharedMongo mongo)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_UserRefused_NamesTheSettingAndTheFixAndKeepsThePassword()
    {
        var uri = new MongoUrlBuilder(await mongo.NewDatabaseAsync()) { Username = "ccm", Password = "hidden-word" }.ToString();

        var line = await RefusedAsync(uri);

        Assert.StartsWith("ConnectionStrings:mongodb: the server refuses the user or the password.", line, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden-word", line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line);
    }

    [Fact]
    public async Task Start_ServerTooOld_NamesTheSettingAndTheFix()
    {
        // Of the days of MongoDB 3.2.
        await using var server = new ScriptedMongo(_ => Task.FromResult(ScriptedMongo.Hello(wireVersion: 4)));

        var line = await RefusedAsync(server.ConnectionString);

        Assert.StartsWith("ConnectionStrings:mongodb names a server that is too old", line, StringComparison.Ordinal);
        Assert.Contains("MongoDB 4.4 or newer", line, StringComparison.Ordinal);
    }

    /// <summary>As a person meets it: the program ends, says one line, and nothing else.</summary>
    [Fact]
    public async Task Start_OfTheProgramWithAUserThatIsRefused_EndsWithOneLine()
    {
        var uri = new MongoUrlBuilder(await mongo.NewDatabaseAsync()) { Username = "ccm", Password = "hidden-word" }.ToString();

        var line = await StartFailureTests.RefusedAsync($"--ConnectionStrings:mongodb={uri}");

        Assert.StartsWith("CCM cannot start: ConnectionStrings:mongodb: the server refuses the user or the password.", line, StringComparison.Ordinal);
    }

    private static async Task<string> RefusedAsync(string uri)
    {
        using var directory = new TemporaryDirectory();
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => EngineHost.StartAsync(directory.Path, [new("ConnectionStrings:mongodb", uri)], Cancelled));
        return StartFailure.Explain(exception)!;
    }
}

using System.Net;
using System.Net.Sockets;
using Ccm.Portal;
using Ccm.Tests.Servers;
using Ccm.Tests.Servers.MongoGateway;
using Ccm.Tests.Story;
using MongoDB.Bson;
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
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var serving = ServeAsync(listener, stop.Token);

        var line = await RefusedAsync($"mongodb://{listener.LocalEndpoint}/?directConnection=true");

        Assert.StartsWith("ConnectionStrings:mongodb names a server that is too old", line, StringComparison.Ordinal);
        Assert.Contains("MongoDB 4.4 or newer", line, StringComparison.Ordinal);
        await stop.CancelAsync();
        await serving;
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

    /// <summary>A server of the days of MongoDB 3.2.</summary>
    private static async Task ServeAsync(TcpListener listener, CancellationToken stop)
    {
        var serving = new List<Task>();
        try
        {
            while (true)
                serving.Add(AnswerAsync(await listener.AcceptSocketAsync(stop), stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await Task.WhenAll(serving);
        }
    }

    private static async Task AnswerAsync(Socket socket, CancellationToken stop)
    {
        var hello = new BsonDocument { { "ok", 1.0 }, { "ismaster", true }, { "minWireVersion", 0 }, { "maxWireVersion", 4 }, { "maxBsonObjectSize", 16_777_216 }, { "maxMessageSizeBytes", 48_000_000 } };
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            while (await WireMessage.ReadAsync(stream, stop) is { } message)
                await stream.WriteAsync(message.Answer(hello), stop);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // The test, or the client, has seen enough.
        }
    }
}

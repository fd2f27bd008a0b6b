using System.Net;
using System.Net.Sockets;
using Ccm.Tests.Servers.MongoGateway;
using MongoDB.Bson;

namespace Ccm.Tests.Servers;

/// <summary>A server of MongoDB's protocol that keeps nothing: the test says what each command is answered with.</summary>
internal sealed class ScriptedMongo : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<BsonDocument, Task<BsonDocument>> _answer;
    private readonly Task _serving;

    public ScriptedMongo(Func<BsonDocument, Task<BsonDocument>> answer)
    {
        _answer = answer;
        _listener.Start();
        _serving = ServeAsync();
    }

    public string ConnectionString => $"mongodb://{_listener.LocalEndpoint}/?directConnection=true";

    public static BsonDocument Ok => new() { { "ok", 1.0 } };

    /// <summary>What a server says of itself.</summary>
    /// <param name="wireVersion">21 is MongoDB 7.0, 4 is 3.2.</param>
    public static BsonDocument Hello(int wireVersion = 21) => new()
    {
        { "ok", 1.0 }, { "ismaster", true }, { "isWritablePrimary", true }, { "minWireVersion", 0 }, { "maxWireVersion", wireVersion }, { "maxBsonObjectSize", 16_777_216 }, { "maxMessageSizeBytes", 48_000_000 }, { "maxWriteBatchSize", 100_000 },
    };

    public static bool IsHello(BsonDocument command) => command.GetElement(0).Name.ToUpperInvariant() is "HELLO" or "ISMASTER";

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
                serving.Add(AnswerAsync(await _listener.AcceptSocketAsync(_stop.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task AnswerAsync(Socket socket)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            while (await WireMessage.ReadAsync(stream, _stop.Token) is { } message)
                await stream.WriteAsync(message.Answer(await _answer(message.Command).WaitAsync(_stop.Token)), _stop.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // The test, or the client, has seen enough.
        }
    }
}

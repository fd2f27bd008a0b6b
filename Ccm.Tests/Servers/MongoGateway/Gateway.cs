using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Ccm.Bench.Servers;
using Npgsql;

namespace Ccm.Tests.Servers.MongoGateway;

/// <summary>
/// A MongoDB-compatible server: MongoDB's wire protocol on a loopback port, answered by Microsoft's DocumentDB engine. It can go away, come
/// back at the same port with the same data, and fall silent.
/// </summary>
internal sealed class Gateway : IAsyncDisposable
{
    private readonly DocumentDb _engine;
    private readonly Commands _commands;
    private readonly ConcurrentDictionary<Task, bool> _connections = new();
    private CancellationTokenSource? _stop;
    private Task _accepting = Task.CompletedTask;
    private volatile TaskCompletionSource? _silence;

    private Gateway(DocumentDb engine)
    {
        _engine = engine;
        _commands = new Commands(engine);
    }

    public int Port { get; } = LoopbackPort.Free();

    /// <summary>As <c>ConnectionStrings:mongodb</c> takes it, without a database.</summary>
    public string ConnectionString => $"mongodb://127.0.0.1:{Port}/?directConnection=true&retryWrites=false";

    /// <param name="script">Where <c>eng/run-documentdb.sh</c> lies.</param>
    /// <param name="root">What <c>eng/get-documentdb.sh</c> printed.</param>
    public static async Task<Gateway> StartAsync(string script, string root)
    {
        var engine = await DocumentDb.StartAsync(script, root);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var gateway = new Gateway(engine);
                gateway.Start();
                return gateway;
            }
            catch (SocketException) when (attempt < 3)
            {
                // Another process took the free port first.
            }
        }
    }

    /// <summary>Again, after <see cref="StopAsync"/>.</summary>
    public void Start()
    {
        var listener = new TcpListener(IPAddress.Loopback, Port);
        listener.Start();
        _stop = new CancellationTokenSource();
        _accepting = AcceptAsync(listener, _stop.Token);
    }

    /// <summary>As when a server is killed: every connection breaks, and what was under way may or may not have happened.</summary>
    public async Task StopAsync()
    {
        if (_stop is not { } stop)
            return;
        _stop = null;
        await stop.CancelAsync();
        await _accepting;
        await Task.WhenAll(_connections.Keys);
        stop.Dispose();
    }

    /// <summary>It answers nothing until <see cref="Resume"/>; its connections stay open, and new ones come in.</summary>
    public void Pause() => _silence ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Resume()
    {
        _silence?.TrySetResult();
        _silence = null;
    }

    /// <summary>Deletes what TTL indexes say, now; it never happens by itself.</summary>
    public Task ExpireAsync() => _engine.ExecuteAsync("call documentdb_api_internal.delete_expired_rows()", CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _engine.DisposeAsync();
    }

    private async Task AcceptAsync(TcpListener listener, CancellationToken stop)
    {
        using (listener)
        {
            try
            {
                while (true)
                {
                    var serving = ServeAsync(await listener.AcceptSocketAsync(stop), stop);
                    _connections.TryAdd(serving, true);
                    // One that failed as none should stays, and fails whoever stops the gateway.
                    _ = serving.ContinueWith(done => _connections.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // Stopped.
            }
        }
    }

    private async Task ServeAsync(Socket socket, CancellationToken stop)
    {
        await Task.Yield();
        socket.NoDelay = true;
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            while (await WireMessage.ReadAsync(stream, stop) is { } message)
            {
                await WhileSilentAsync(stop);
                var answer = await _commands.RunAsync(message.Command, stop);
                await WhileSilentAsync(stop);
                if (message.WantsReply)
                    await stream.WriteAsync(message.Answer(answer), stop);
            }
        }
        catch (Exception fault) when (fault is IOException or SocketException or InvalidDataException or NpgsqlException or OperationCanceledException)
        {
            // The client left, or the gateway or its engine stopped: the connection breaks, as a server's does.
        }
    }

    private Task WhileSilentAsync(CancellationToken stop) => _silence?.Task.WaitAsync(stop) ?? Task.CompletedTask;
}

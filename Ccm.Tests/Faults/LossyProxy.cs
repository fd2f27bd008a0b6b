using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Ccm.Tests.Faults;

/// <summary>
/// A way to a server that a test can break: on loopback, byte by byte, knowing no protocol. It loses the answer to a question that has
/// arrived, or lets a question arrive late: what leaves a caller in the dark.
/// </summary>
internal sealed class LossyProxy : IAsyncDisposable
{
    /// <summary>So long the server has for the question after its first answer to anything; then the connection goes.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(100);
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Link, Task> _links = new();
    private readonly DnsEndPoint _server;
    private readonly Task _accepting;
    private volatile bool _down;
    private Trap? _trap;

    /// <param name="server"><c>host:port</c>.</param>
    public LossyProxy(string server)
    {
        _server = new DnsEndPoint(server.Split(':')[0], int.Parse(server.Split(':')[1], null));
        _listener.Start();
        Endpoint = $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
        _accepting = AcceptAsync();
    }

    /// <summary><c>host:port</c> where it is reached.</summary>
    public string Endpoint { get; }

    /// <summary>Lets the next question that has this text pass, and never an answer on that connection again, which then ends. Done once it has.</summary>
    public Task LoseAnswerTo(string text) => Set(new Trap(Encoding.UTF8.GetBytes(text), null));

    /// <summary>Keeps the next question that has this text, and what follows it on its connection, until <paramref name="until"/>. Done once it is kept.</summary>
    public Task HoldQuestion(string text, Task until) => Set(new Trap(Encoding.UTF8.GetBytes(text), until));

    /// <summary>Breaks every connection and takes no new one until <see cref="Up"/>.</summary>
    public void Down()
    {
        _down = true;
        Cut();
    }

    public void Up() => _down = false;

    /// <summary>Breaks every connection; new ones are welcome.</summary>
    public void Cut()
    {
        foreach (var link in _links.Keys)
            link.Cut();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting;
        await Task.WhenAll(_links.Values);
        _listener.Dispose();
        _stop.Dispose();
    }

    private Task Set(Trap trap)
    {
        Volatile.Write(ref _trap, trap);
        return trap.Sprung.Task;
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                var client = await _listener.AcceptSocketAsync(_stop.Token);
                if (_down)
                    client.Close(0);
                else
                    Serve(client);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Serve(Socket client)
    {
        var link = new Link(client);
        _links[link] = Task.Run(async () =>
        {
            try
            {
                await link.Server.ConnectAsync(_server, _stop.Token);
                if (_down)
                    return;
                await Task.WhenAny(AskAsync(link), AnswerAsync(link));
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The server is not there, or the way was cut.
            }
            finally
            {
                link.Cut();
                _links.TryRemove(link, out _);
            }
        });
    }

    private async Task AskAsync(Link link)
    {
        var buffer = new byte[64 * 1024];
        var kept = 0;
        while (await link.Client.ReceiveAsync(buffer.AsMemory(kept), SocketFlags.None, _stop.Token) is > 0 and var read)
        {
            var trap = Volatile.Read(ref _trap);
            // A text that two reads share is found with the tail of the one before; one that was there before does not count again.
            if (trap is not null && buffer.AsSpan(0, kept + read)[Math.Max(0, kept - trap.Text.Length + 1)..].IndexOf(trap.Text) >= 0 && Interlocked.CompareExchange(ref _trap, null, trap) == trap)
            {
                if (trap.HoldUntil is null)
                    link.Losing = trap;
                else
                    await HoldAsync(trap);
            }
            await link.Server.SendAsync(buffer.AsMemory(kept, read), SocketFlags.None, _stop.Token);
            var tail = Math.Min(kept + read, 256);
            buffer.AsSpan(kept + read - tail, tail).CopyTo(buffer);
            kept = tail;
        }
    }

    private async Task AnswerAsync(Link link)
    {
        var buffer = new byte[64 * 1024];
        while (await link.Server.ReceiveAsync(buffer, SocketFlags.None, _stop.Token) is > 0 and var read)
        {
            if (link.Losing is { } trap)
            {
                await Task.Delay(Grace, TimeProvider.System, _stop.Token);
                link.Cut();
                trap.Sprung.TrySetResult();
                return;
            }
            await link.Client.SendAsync(buffer.AsMemory(0, read), SocketFlags.None, _stop.Token);
        }
    }

    private async Task HoldAsync(Trap trap)
    {
        trap.Sprung.TrySetResult();
        await trap.HoldUntil!.WaitAsync(_stop.Token);
    }

    /// <param name="HoldUntil">Null: the answer is lost instead.</param>
    private sealed record Trap(byte[] Text, Task? HoldUntil)
    {
        public TaskCompletionSource Sprung { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Link(Socket client)
    {
        public Socket Client => client;

        public Socket Server { get; } = new(SocketType.Stream, ProtocolType.Tcp);

        public volatile Trap? Losing;

        public void Cut()
        {
            client.Close(0);
            Server.Close(0);
        }
    }
}

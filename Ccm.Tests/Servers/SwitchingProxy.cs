using System.Net;
using System.Net.Sockets;

namespace Ccm.Tests.Servers;

/// <summary>
/// What stands in front of replicas, at its simplest: each new connection goes to the first of them that takes it, and stays there byte
/// by byte. It knows no protocol, so that it keeps no request and no WebSocket together.
/// </summary>
internal sealed class SwitchingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Uri[] _replicas;
    private readonly Task _accepting;

    public SwitchingProxy(params Uri[] replicas)
    {
        _replicas = replicas;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync();
    }

    public Uri Address { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
                serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The listener is closed.
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient browser)
    {
        using (browser)
        using (var replica = await ConnectAsync())
        {
            if (replica is null)
                return;
            await using var ended = _stop.Token.Register(() => { browser.Close(); replica.Close(); });
            await Task.WhenAny(CopyAsync(browser, replica), CopyAsync(replica, browser));
        }
    }

    private async Task<TcpClient?> ConnectAsync()
    {
        foreach (var replica in _replicas)
        {
            var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, replica.Port, _stop.Token);
                return client;
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException)
            {
                client.Dispose();
            }
        }
        return null;
    }

    private static async Task CopyAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream());
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // One of the two is gone; so is the way between them.
        }
    }
}

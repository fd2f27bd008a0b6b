using System.Net;
using System.Net.Sockets;

namespace Ccm.Bench.Servers;

internal static class LoopbackPort
{
    /// <summary>Free when asked for.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

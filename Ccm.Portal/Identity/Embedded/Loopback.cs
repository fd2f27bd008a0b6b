using System.Net;

namespace Ccm.Portal.Identity.Embedded;

/// <summary>Where the embedded provider may be used from: this machine alone, since its passwords are public.</summary>
internal static class Loopback
{
    /// <summary>
    /// True when the peer is this machine and nothing speaks for somebody else: a forwarding header means a proxy whose
    /// client is unknown, and a foreign host name means a page that rebinds its name to this machine.
    /// </summary>
    public static bool Allows(HttpRequest request) =>
        request.HttpContext.Connection.RemoteIpAddress is { } remote
        && IPAddress.IsLoopback(remote.IsIPv4MappedToIPv6 ? remote.MapToIPv4() : remote)
        && !request.Headers.ContainsKey("Forwarded")
        && !request.Headers.ContainsKey("X-Forwarded-For")
        && !request.Headers.ContainsKey("X-Forwarded-Host")
        && IsLocalName(request.Host.Host);

    private static bool IsLocalName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}

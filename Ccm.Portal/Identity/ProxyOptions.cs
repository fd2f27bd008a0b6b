using System.Net;
using Microsoft.AspNetCore.HttpOverrides;

namespace Ccm.Portal.Identity;

/// <summary>Proxies in front of the portal whose word counts: for whom they speak, and by what address and scheme they were asked.</summary>
public sealed class ProxyOptions
{
    public const string Section = "Ccm:Proxy";

    /// <summary>Networks of such proxies, as <c>10.0.0.0/8</c>, with commas between. Empty: whatever a request says of others is ignored.</summary>
    public string KnownNetworks { get; set; } = "";

    /// <exception cref="SettingsException">A network cannot be read.</exception>
    internal static void Use(IApplicationBuilder app, IConfiguration configuration)
    {
        var networks = (configuration[$"{Section}:{nameof(KnownNetworks)}"] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (networks.Length == 0)
            return;
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost };
        options.KnownIPNetworks.Clear();
        options.KnownProxies.Clear();
        foreach (var network in networks)
            options.KnownIPNetworks.Add(Read(network));
        app.UseForwardedHeaders(options);
    }

    private static System.Net.IPNetwork Read(string text)
    {
        if (System.Net.IPNetwork.TryParse(text, out var network))
            return network;
        if (IPAddress.TryParse(text, out var address))
            return new System.Net.IPNetwork(address, address.GetAddressBytes().Length * 8);
        throw new SettingsException($"{Section}:{nameof(KnownNetworks)} has '{text}', which is no network: give addresses of proxies as 10.0.0.7 or 10.0.0.0/8, with commas between.");
    }
}

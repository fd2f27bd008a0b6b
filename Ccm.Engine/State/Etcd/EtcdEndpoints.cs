using System.Collections.Immutable;

namespace Ccm.Engine.State.Etcd;

/// <summary>What <c>ConnectionStrings:etcd</c> names.</summary>
/// <param name="Addresses"><c>http(s)://host:port</c>, in the order given: the first that serves is used.</param>
/// <param name="UsesTls">All of them are https.</param>
internal sealed record EtcdEndpoints(ImmutableArray<Uri> Addresses, bool UsesTls)
{
    private const int DefaultPort = 2379;

    /// <param name="text">Comma-separated <c>host</c>, <c>host:port</c> or URLs, all plain or all https.</param>
    /// <exception cref="ArgumentException">Not so; the message names the setting.</exception>
    public static EtcdEndpoints Parse(string text)
    {
        ImmutableArray<Uri> uris = [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(ParseOne).Distinct()];
        if (uris.IsEmpty)
            throw new ArgumentException("ConnectionStrings:etcd names no endpoint: give host:port, several separated by commas.");
        if (uris.Any(uri => uri.Scheme != uris[0].Scheme))
            throw new ArgumentException("ConnectionStrings:etcd mixes http and https endpoints: give one kind.");
        return new EtcdEndpoints(uris, uris[0].Scheme == Uri.UriSchemeHttps);
    }

    private static Uri ParseOne(string text)
    {
        var url = text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}";
        // The text may hold a password and is not repeated.
        if (url.Contains('@', StringComparison.Ordinal))
            throw new ArgumentException($"ConnectionStrings:etcd has an endpoint with a user in it: give host:port there, and the user in {EtcdOptions.Section}:{nameof(EtcdOptions.Username)} and {EtcdOptions.Section}:{nameof(EtcdOptions.Password)}.");
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps) || uri.Host.Length == 0 || uri.PathAndQuery != "/")
            throw new ArgumentException($"ConnectionStrings:etcd has the endpoint '{text}': give host:port, http://host:port or https://host:port.");
        // A URL without a port would otherwise mean 80 or 443, where no etcd listens.
        var hasPort = url.TrimEnd('/').EndsWith($":{uri.Port}", StringComparison.Ordinal);
        return hasPort ? uri : new UriBuilder(uri) { Port = DefaultPort }.Uri;
    }
}

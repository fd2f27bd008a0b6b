namespace Ccm.Engine.State.Etcd;

/// <summary>What <c>ConnectionStrings:etcd</c> names.</summary>
/// <param name="Addresses">Comma-separated <c>http(s)://host:port</c>.</param>
/// <param name="UsesTls">All of them are https.</param>
/// <param name="ServerName">Whom the servers' certificates must name: the first one's host.</param>
internal sealed record EtcdEndpoints(string Addresses, bool UsesTls, string ServerName)
{
    private const int DefaultPort = 2379;

    /// <param name="text">Comma-separated <c>host</c>, <c>host:port</c> or URLs, all plain or all https.</param>
    /// <exception cref="ArgumentException">Not so; the message names the setting.</exception>
    public static EtcdEndpoints Parse(string text)
    {
        var uris = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(ParseOne).ToArray();
        if (uris.Length == 0)
            throw new ArgumentException("ConnectionStrings:etcd names no endpoint: give host:port, several separated by commas.", nameof(text));
        var usesTls = uris[0].Scheme == Uri.UriSchemeHttps;
        if (uris.Any(uri => uri.Scheme != uris[0].Scheme))
            throw new ArgumentException("ConnectionStrings:etcd mixes http and https endpoints: give one kind.", nameof(text));
        return new EtcdEndpoints(string.Join(',', uris.Select(uri => $"{uri.Scheme}://{uri.Host}:{uri.Port}")), usesTls, uris[0].Host);
    }

    private static Uri ParseOne(string text)
    {
        var url = text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}";
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps) || uri.Host.Length == 0
            || uri.PathAndQuery != "/" || uri.UserInfo.Length > 0)
            throw new ArgumentException($"ConnectionStrings:etcd has the endpoint '{text}': give host:port, http://host:port or https://host:port.", nameof(text));
        // A URL without a port would otherwise mean 80 or 443, where no etcd listens.
        var hasPort = url.TrimEnd('/').EndsWith($":{uri.Port}", StringComparison.Ordinal);
        return hasPort ? uri : new UriBuilder(uri) { Port = DefaultPort }.Uri;
    }
}

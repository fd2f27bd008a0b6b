namespace Ccm.Engine.State.Etcd;

/// <summary>Which servers are taken: older ones lose watch events and answer stale reads.</summary>
internal static class EtcdVersions
{
    private static readonly Version Oldest = new(3, 5);

    /// <exception cref="EtcdMemberException">The server is too old; the message names the setting.</exception>
    public static void Refuse(string version, string endpoint)
    {
        if (!Version.TryParse(Digits(version), out var known) || known < Oldest)
            throw new EtcdMemberException($"{endpoint} runs etcd {version}: ConnectionStrings:etcd takes {Oldest} or newer; upgrade the server, or name another.", permanent: true);
    }

    /// <summary>The first of each line that has the fixes for lost and doubled watch events is 3.5.33 and 3.6.14.</summary>
    public static bool IsBelowFloor(string version)
    {
        var known = Version.Parse(Digits(version));
        return known < (known.Minor == 5 ? new Version(3, 5, 33) : known.Minor == 6 ? new Version(3, 6, 14) : known);
    }

    /// <summary>3.6.0-rc.1 is read as 3.6.0.</summary>
    private static string Digits(string version) => version.Split('-', '+')[0];
}

using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Etcdserverpb;

namespace Ccm.Engine.State.Etcd;

/// <summary>What one server says of itself.</summary>
/// <param name="QuotaBytes">Null when it does not say.</param>
/// <param name="Alarms">The cluster's, as <c>NOSPACE</c>.</param>
internal sealed partial record EtcdReport(string Version, bool HasLeader, bool Leads, long Revision, long SizeBytes, long UsedBytes, long? QuotaBytes, ImmutableArray<string> Alarms)
{
    public static EtcdReport Of(StatusResponse status) => new(
        status.Version, status.Leader != 0, status.Leader != 0 && status.Leader == status.Header.MemberId, status.Header.Revision, status.DbSize, status.DbSizeInUse,
        status.DbSizeQuota > 0 ? status.DbSizeQuota : null, [.. status.Errors.SelectMany(AlarmsIn)]);

    /// <summary>The same from its pages: with authentication on, the call is root's alone, and CCM's user need not be root.</summary>
    /// <exception cref="EtcdMemberException">It keeps them to itself.</exception>
    public static async Task<EtcdReport> FromPagesAsync(EtcdMember member, TimeSpan atMost, CancellationToken cancellationToken)
    {
        var metrics = await member.PageAsync("/metrics", atMost, cancellationToken);
        if (metrics is null || VersionLabel().Match(metrics) is not { Success: true } version)
            throw new EtcdMemberException($"{member.Endpoint} does not show its metrics, and does not let the user of {EtcdOptions.Section}:{nameof(EtcdOptions.Username)} ask for its status: give that user the role root, or serve /metrics.", permanent: false);
        long Number(string name) => Value(metrics, name);
        var health = await member.PageAsync("/health", atMost, cancellationToken) ?? "";
        return new EtcdReport(version.Groups[1].Value, Number("etcd_server_has_leader") == 1, Number("etcd_server_is_leader") == 1, Number("etcd_debugging_mvcc_current_revision"),
            Number("etcd_mvcc_db_total_size_in_bytes"), Number("etcd_mvcc_db_total_size_in_use_in_bytes"), QuotaIn(metrics), [.. AlarmsIn(health)]);
    }

    /// <summary>Bytes at which it refuses writes, null when it does not tell; before 3.6 the status does not say.</summary>
    public static async Task<long?> QuotaAsync(EtcdMember member, TimeSpan atMost, CancellationToken cancellationToken) =>
        await member.PageAsync("/metrics", atMost, cancellationToken) is { } metrics ? QuotaIn(metrics) : null;

    private static long? QuotaIn(string metrics) => Value(metrics, "etcd_server_quota_backend_bytes") is > 0 and var quota ? quota : null;

    private static long Value(string metrics, string name)
    {
        var start = metrics.IndexOf($"\n{name} ", StringComparison.Ordinal);
        return start >= 0 && double.TryParse(metrics[(start + name.Length + 2)..].Split('\n')[0], CultureInfo.InvariantCulture, out var value) ? (long)value : 0;
    }

    private static IEnumerable<string> AlarmsIn(string text) => AlarmName().Matches(text).Select(match => match.Groups[1].Value);

    /// <summary><c>memberID:… alarm:NOSPACE</c> in a status, <c>ALARM NOSPACE</c> in a health page.</summary>
    [GeneratedRegex("alarm[: ]([A-Z]+)", RegexOptions.IgnoreCase)]
    private static partial Regex AlarmName();

    [GeneratedRegex("etcd_server_version\\{server_version=\"([^\"]+)\"\\} 1")]
    private static partial Regex VersionLabel();
}

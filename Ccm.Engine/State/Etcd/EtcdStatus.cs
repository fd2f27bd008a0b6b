using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Ccm.Engine.State.Etcd;

/// <summary>How all of the servers are, each asked by itself: what one knows of its size and of alarms it tells without a leader.</summary>
internal sealed class EtcdStatus(EtcdConnection connection, EtcdHistory history)
{
    /// <summary>Less than a health check waits, so that it can tell what is wrong.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>It changes only when a server is started anew.</summary>
    private static readonly TimeSpan QuotaHolds = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<EtcdMember, (long? Bytes, long At)> _quotas = new();

    /// <exception cref="StateStoreUnavailableException">No server answers, or none of them knows a leader.</exception>
    public async Task<StateStoreStatus> ReadAsync(CancellationToken cancellationToken)
    {
        var told = await Task.WhenAll(connection.Members.Select(member => AskAsync(member, cancellationToken)));
        var (members, reports) = (told.Select(one => one.Member).ToImmutableArray(), told.Select(one => one.Report).OfType<EtcdReport>().ToArray());
        if (!reports.Any(report => report.HasLeader))
        {
            var reason = string.Join(' ', members.Select(member => member.Problem));
            throw connection.Unavailable(new EtcdMemberException(members.Length == 1 || reports.Length == 0 ? reason : $"{reports.Length} of {members.Length} servers answer, and they are no majority. {reason}", permanent: false));
        }
        var newest = reports.Max(report => report.Revision);
        var fullest = members.Where(member => member.Version is not null).MaxBy(member => member.QuotaBytes is { } quota ? (double)member.SizeBytes / quota : 0)!;
        return new StateStoreStatus(
            reports.Select(report => report.Version).Min(StringComparer.Ordinal)!, newest, await history.FindCompactedAsync(newest, cancellationToken), fullest.SizeBytes, fullest.QuotaBytes,
            [.. reports.SelectMany(report => report.Alarms).Distinct().Order(StringComparer.Ordinal)])
        {
            UsedBytes = reports.Max(report => report.UsedBytes),
            Members = members,
        };
    }

    private async Task<(StateStoreMember Member, EtcdReport? Report)> AskAsync(EtcdMember member, CancellationToken cancellationToken)
    {
        try
        {
            var report = await connection.ReportAsync(member, Patience, cancellationToken);
            var quota = report.QuotaBytes ?? await QuotaAsync(member, cancellationToken);
            return (new StateStoreMember(member.Endpoint, report.Version, report.SizeBytes, quota, report.Leads, report.HasLeader ? null : $"{member.Endpoint} knows no leader."), report);
        }
        catch (EtcdMemberException exception)
        {
            connection.Leave(member, exception.Message);
            return (new StateStoreMember(member.Endpoint, null, 0, null, false, exception.Message), null);
        }
    }

    private async Task<long?> QuotaAsync(EtcdMember member, CancellationToken cancellationToken)
    {
        if (!_quotas.TryGetValue(member, out var known) || connection.Time.GetElapsedTime(known.At) > QuotaHolds)
            _quotas[member] = known = (await EtcdReport.QuotaAsync(member, Patience, cancellationToken), connection.Time.GetTimestamp());
        return known.Bytes;
    }
}

using System.Globalization;
using System.Text;
using Ccm.Engine.Domain;
using Ccm.Engine.Leadership;
using Ccm.Engine.Watching;

namespace Ccm.Portal.Health;

/// <summary>A few gauges in Prometheus's text format.</summary>
internal sealed class Metrics(WatchCache cache, Elections elections, SystemHealth health, StateMonitor monitor)
{
    public const string MediaType = "text/plain; version=0.0.4; charset=utf-8";

    public string Write()
    {
        var snapshot = cache.Current;
        var text = new StringBuilder();
        Gauge(text, "ccm_instances", "Instances by state.", Enum.GetValues<InstanceState>()
            .Select(state => ($"state=\"{Capitals(state)}\"", snapshot.InstancesByState.TryGetValue(state, out var ids) ? ids.Count : 0.0)));
        var workers = snapshot.Workers.Values.CountBy(worker => worker.Value.State).ToDictionary();
        Gauge(text, "ccm_workers", "Workers by state.", Enum.GetValues<WorkerState>().Select(state => ($"state=\"{Capitals(state)}\"", (double)workers.GetValueOrDefault(state))));
        Gauge(text, "ccm_workers_drain_overdue", "Workers whose drain takes longer than allowed.", [("", snapshot.Workers.Values.Count(worker => worker.Value.DrainOverdueSince is not null))]);
        Gauge(text, "ccm_outbox_operations", "Operations whose events wait to be written to the audit trail.", [("", snapshot.Outbox.Count)]);
        Gauge(text, "ccm_state_unreadable_keys", "Keys whose value cannot be read; what they belong to is left alone.", [("", snapshot.Unreadable.Count)]);
        Gauge(text, "ccm_watch_revision", "Revision of the state that this replica answers from.", [("", cache.Freshness.Revision)]);
        Gauge(text, "ccm_watch_up", "1 while the watch is up.", [("", health.NotReady() is null ? 1 : 0)]);
        Gauge(text, "ccm_watch_subscribers", "Readers of the watch in this process.", [("", cache.SubscriberCount)]);
        Gauge(text, "ccm_leader", "1 while this replica leads.", elections.All.OrderBy(election => election.Key, StringComparer.Ordinal)
            .Select(election => ($"key=\"{election.Key}\"", election.Term is null ? 0.0 : 1.0)));
        Gauge(text, "ccm_leader_lease_age_seconds", "Time since the leader's last sign of life, whichever replica leads.", elections.All.OrderBy(election => election.Key, StringComparer.Ordinal)
            .Select(election => (Label: $"key=\"{election.Key}\"", Age: monitor.LeaseAge(election.Key))).Where(lease => lease.Age is not null).Select(lease => (lease.Label, lease.Age!.Value.TotalSeconds)));
        StateStore(text);
        Gauge(text, "process_working_set_bytes", "Memory of this process.", [("", Environment.WorkingSet)]);
        var collected = GC.GetGCMemoryInfo();
        Gauge(text, "dotnet_gc_heap_bytes", "Managed memory in use after the last collection.", [("", collected.HeapSizeBytes - collected.FragmentedBytes)]);
        return text.ToString();
    }

    private void StateStore(StringBuilder text)
    {
        var status = monitor.Report.Status;
        Gauge(text, "ccm_state_store_up", "1 when the state store answered last time.", [("", status is null ? 0 : 1)]);
        if (status is null)
            return;
        Gauge(text, "ccm_state_store_size_bytes", "Bytes on disk, of the member nearest to its quota.", [("", status.SizeBytes)]);
        if (status.QuotaBytes is { } quota)
            Gauge(text, "ccm_state_store_quota_bytes", "Bytes at which writes are refused.", [("", quota)]);
        if (status.UsedBytes is { } used)
            Gauge(text, "ccm_state_store_used_bytes", "Bytes that hold something; the rest comes back by defragmenting.", [("", used)]);
        Gauge(text, "ccm_state_store_compacted_revision", "History before it is gone.", [("", status.CompactedRevision)]);
        Gauge(text, "ccm_state_store_alarm", "1 while the alarm is raised.", status.Alarms.Append("NOSPACE").Distinct().Select(alarm => ($"alarm=\"{alarm}\"", status.Alarms.Contains(alarm) ? 1.0 : 0)));
        Gauge(text, "ccm_state_store_member_up", "1 while the member serves.", status.Members.Select(member => ($"endpoint=\"{member.Endpoint}\"", member.Problem is null ? 1.0 : 0)));
    }

    private static void Gauge(StringBuilder text, string name, string help, IEnumerable<(string Labels, double Value)> samples)
    {
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} gauge\n");
        foreach (var (labels, value) in samples)
            text.Append(CultureInfo.InvariantCulture, $"{name}{(labels.Length > 0 ? $"{{{labels}}}" : "")} {value}\n");
    }

    private static string Capitals<T>(T state) where T : struct, Enum => state.ToString().ToUpperInvariant();
}

using System.Globalization;
using System.Text;
using Ccm.Engine.Domain;
using Ccm.Engine.Leadership;
using Ccm.Engine.Watching;

namespace Ccm.Portal.Health;

/// <summary>A few gauges in Prometheus's text format.</summary>
internal sealed class Metrics(WatchCache cache, Elections elections, SystemHealth health)
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
        Gauge(text, "ccm_outbox_operations", "Operations whose events wait to be written to the audit trail.", [("", snapshot.Outbox.Count)]);
        Gauge(text, "ccm_watch_revision", "Revision of the state that this replica answers from.", [("", cache.Freshness.Revision)]);
        Gauge(text, "ccm_watch_up", "1 while the watch is up.", [("", health.NotReady() is null ? 1 : 0)]);
        Gauge(text, "ccm_watch_subscribers", "Readers of the watch in this process.", [("", cache.SubscriberCount)]);
        Gauge(text, "ccm_leader", "1 while this replica leads.", elections.All.OrderBy(election => election.Key, StringComparer.Ordinal)
            .Select(election => ($"key=\"{election.Key}\"", election.Term is null ? 0.0 : 1.0)));
        Gauge(text, "process_working_set_bytes", "Memory of this process.", [("", Environment.WorkingSet)]);
        Gauge(text, "dotnet_gc_heap_bytes", "Managed memory after the last collection.", [("", GC.GetGCMemoryInfo().HeapSizeBytes)]);
        return text.ToString();
    }

    private static void Gauge(StringBuilder text, string name, string help, IEnumerable<(string Labels, double Value)> samples)
    {
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} gauge\n");
        foreach (var (labels, value) in samples)
            text.Append(CultureInfo.InvariantCulture, $"{name}{(labels.Length > 0 ? $"{{{labels}}}" : "")} {value}\n");
    }

    private static string Capitals<T>(T state) where T : struct, Enum => state.ToString().ToUpperInvariant();
}

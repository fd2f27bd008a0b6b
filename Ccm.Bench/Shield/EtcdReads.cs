using System.Globalization;
using Ccm.Bench.Servers;

namespace Ccm.Bench.Shield;

/// <summary>Counts the reads that an etcd has answered, by its own metrics.</summary>
internal static class EtcdReads
{
    private const string Ranges = "grpc_server_started_total{grpc_method=\"Range\"";

    public static async Task<long> CountAsync(EtcdProcess etcd)
    {
        using var client = new HttpClient();
        var text = await client.GetStringAsync(new Uri($"http://{etcd.Endpoint}/metrics"));
        return text.Split('\n').Where(line => line.StartsWith(Ranges, StringComparison.Ordinal)).Sum(line => (long)double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    /// <summary>Reads while <paramref name="work"/> went on, less those that the same time brings when nothing is asked for.</summary>
    public static async Task<double> BeyondIdleAsync(EtcdProcess etcd, Func<Task> work)
    {
        var (before, began) = (await CountAsync(etcd), TimeProvider.System.GetTimestamp());
        await work();
        var (after, took) = (await CountAsync(etcd), TimeProvider.System.GetElapsedTime(began));
        await Task.Delay(took, TimeProvider.System);
        return after - before - (await CountAsync(etcd) - after);
    }
}

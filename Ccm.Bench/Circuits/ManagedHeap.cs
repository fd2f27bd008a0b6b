using System.Diagnostics.Tracing;
using System.Globalization;
using Ccm.Bench.Servers;
using Microsoft.Diagnostics.NETCore.Client;

namespace Ccm.Bench.Circuits;

/// <summary>What a portal holds once it has collected all that is garbage.</summary>
internal static class ManagedHeap
{
    /// <summary>Of the runtime's events: whoever asks for these makes it collect everything.</summary>
    private const long Collect = 0x800000;

    private static readonly TimeSpan Collecting = TimeSpan.FromSeconds(2);

    public static async Task<double> BytesAsync(PortalProcess portal)
    {
        // Twice: what has a finalizer is gone the second time.
        await CollectAsync(portal);
        await CollectAsync(portal);
        var metrics = await portal.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        return double.Parse(metrics.Split('\n').Single(line => line.StartsWith("dotnet_gc_heap_bytes ", StringComparison.Ordinal)).Split(' ')[1], CultureInfo.InvariantCulture);
    }

    private static async Task CollectAsync(PortalProcess portal)
    {
        var client = new DiagnosticsClient(portal.Process.Id);
        using var session = await client.StartEventPipeSessionAsync([new EventPipeProvider("Microsoft-Windows-DotNETRuntime", EventLevel.Informational, Collect)], requestRundown: false, circularBufferMB: 16, CancellationToken.None);
        var reading = session.EventStream.CopyToAsync(Stream.Null);
        await Task.Delay(Collecting, TimeProvider.System);
        await session.StopAsync(CancellationToken.None);
        await reading;
    }
}

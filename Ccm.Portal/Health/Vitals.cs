using System.Diagnostics;
using Ccm.Engine.Leadership;
using Ccm.Engine.Watching;
using Ccm.Portal.Live;

namespace Ccm.Portal.Health;

/// <summary>How this process is. Bytes.</summary>
/// <param name="Since">When it began.</param>
/// <param name="MemoryLimit">What the machine or the container has for it.</param>
/// <param name="OpenPages">Circuits of browsers that are connected to it.</param>
/// <param name="Readers">Of its watch: pages, hubs and the engine's loops.</param>
internal sealed record Vitals(string ReplicaId, string Version, DateTimeOffset Since, long WorkingSet, long Heap, long MemoryLimit, int OpenPages, int Readers)
{
    private static readonly DateTimeOffset Began = Process.GetCurrentProcess().StartTime.ToUniversalTime();

    public static Vitals Of(Replica replica, OpenCircuits circuits, WatchCache cache)
    {
        var memory = GC.GetGCMemoryInfo();
        return new Vitals(replica.Id, SystemHealth.Version, Began, Environment.WorkingSet, memory.HeapSizeBytes, memory.TotalAvailableMemoryBytes, circuits.Count, cache.SubscriberCount);
    }
}

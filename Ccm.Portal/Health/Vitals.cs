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
    /// <summary>When this process did.</summary>
    public static readonly DateTimeOffset Began = Process.GetCurrentProcess().StartTime.ToUniversalTime();

    /// <summary>Number and the beginning of the commit, where it has one.</summary>
    public static string ShortVersion(string version) => version.Split('+') is [var number, { Length: > 10 } commit] ? $"{number} ({commit[..10]})" : version;

    public static Vitals Of(Replica replica, OpenCircuits circuits, WatchCache cache)
    {
        var memory = GC.GetGCMemoryInfo();
        return new Vitals(replica.Id, SystemHealth.Version, Began, Environment.WorkingSet, memory.HeapSizeBytes, memory.TotalAvailableMemoryBytes, circuits.Count, cache.SubscriberCount);
    }
}

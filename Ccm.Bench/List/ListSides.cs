using System.Text;
using Ccm.Bench.Measuring;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.Watching;

namespace Ccm.Bench.List;

/// <summary>Reads after a write of one's own, each answer whole.</summary>
internal abstract class ListSide(string name, int reads, ListFleet fleet) : ISide
{
    public string Name => name;

    protected ListFleet Fleet => fleet;

    public abstract Task<byte[]> ReadAsync();

    public Task PrepareAsync() => fleet.WriteAsync();

    public async Task<int> RunAsync()
    {
        for (var n = 0; n < reads; n++)
            await ReadAsync();
        return reads;
    }

    public Task SettleAsync() => Task.CompletedTask;
}

/// <summary>Ours: the cache, once it has what this process wrote last.</summary>
internal sealed class CacheSide(ListFleet fleet) : ListSide("ours", reads: 1000, fleet)
{
    public override async Task<byte[]> ReadAsync()
    {
        await Fleet.Cache.ReachedAsync(Fleet.Written, CancellationToken.None);
        return ListFleet.Json(Fleet.Question.Answer(Fleet.Cache.Current));
    }
}

/// <summary>A linearizable read of all instances, of which the answer is then made.</summary>
internal sealed class EtcdSide(ListFleet fleet) : ListSide("etcd", reads: 4, fleet)
{
    public override async Task<byte[]> ReadAsync()
    {
        var list = await Fleet.Store.ListAsync(StateKeys.Instances, 0, CancellationToken.None);
        var instances = new List<InstanceEntry>(list.Entries.Length / 2);
        // In key order: each instance's state comes before its worker.
        foreach (var entry in list.Entries)
        {
            if (entry.Key.EndsWith("/state", StringComparison.Ordinal))
                instances.Add(new InstanceEntry(DomainJson.Read<LabletInstance>(entry.Value.Span), entry.ModRevision, null));
            else
                instances[^1] = instances[^1] with { WorkerId = Encoding.UTF8.GetString(entry.Value.Span) };
        }
        return ListFleet.Json(Fleet.Question.Answer(instances));
    }
}

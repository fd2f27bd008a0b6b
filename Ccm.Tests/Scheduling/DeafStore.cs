using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Ccm.Engine.State;

namespace Ccm.Tests.Scheduling;

/// <summary>A store whose watch tells of everything but one key: whoever decides on that one decides on what it was, however often it looks.</summary>
internal sealed class DeafStore(IStateStore inner, string key) : StoreDecorator(inner)
{
    /// <summary>Whether it leaves that key out.</summary>
    public bool Deaf { get; set; } = true;

    public override async IAsyncEnumerable<StateBatch> WatchAsync(string prefix, long fromRevision, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var batch in base.WatchAsync(prefix, fromRevision, cancellationToken))
            yield return Deaf ? batch with { Events = [.. batch.Events.Where(change => change.Key != key)] } : batch;
    }
}

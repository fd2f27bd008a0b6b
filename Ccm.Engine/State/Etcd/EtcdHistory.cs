using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;

namespace Ccm.Engine.State.Etcd;

/// <summary>Finds how far history has been compacted, which etcd tells nobody who asks plainly.</summary>
internal sealed class EtcdHistory(EtcdConnection connection)
{
    /// <summary>Any key does that the user may read: the revision is looked at before the key.</summary>
    private static readonly ByteString AnyKey = EtcdKeys.Of(StateKeys.Root);
    private long _known;

    /// <summary>The least revision that can be read, 0 when none has been compacted: two reads when nothing changed, else a bisection.</summary>
    /// <exception cref="StateStoreUnavailableException">The servers cannot answer.</exception>
    public async Task<long> FindCompactedAsync(long newest, CancellationToken cancellationToken)
    {
        var known = Volatile.Read(ref _known);
        var low = known > 0 && known <= newest ? known : 1;
        var high = newest;
        if (!await CanReadAsync(low, cancellationToken))
        {
            while (high - low > 1)
            {
                var middle = low + ((high - low) / 2);
                if (await CanReadAsync(middle, cancellationToken))
                    high = middle;
                else
                    low = middle;
            }
            Volatile.Write(ref _known, high);
            return high;
        }
        return low == 1 ? 0 : low;
    }

    private async Task<bool> CanReadAsync(long revision, CancellationToken cancellationToken)
    {
        try
        {
            await connection.ReadAsync((member, options) => member.Keys.RangeAsync(new RangeRequest { Key = AnyKey, Revision = revision, CountOnly = true, Serializable = true }, options), cancellationToken);
            return true;
        }
        catch (RpcException exception) when (EtcdErrors.IsCompacted(exception))
        {
            return false;
        }
    }
}

using Etcdserverpb;
using Google.Protobuf;
using Mvccpb;

namespace Ccm.Engine.State.Etcd;

/// <summary>Between this project's words and etcd's messages.</summary>
internal static class EtcdKeys
{
    /// <summary>The least key, and as a range's end: no end.</summary>
    private static readonly ByteString Zero = ByteString.CopyFrom(0);

    public static ByteString Of(string key) => ByteString.CopyFromUtf8(key);

    /// <summary>First key and end (excluded) of all keys that begin so.</summary>
    public static (ByteString From, ByteString Until) Prefix(string prefix)
    {
        if (prefix.Length == 0)
            return (Zero, Zero);
        var from = Of(prefix);
        var until = from.ToByteArray();
        // UTF-8 has no byte 0xFF, so the last one can always be raised.
        until[^1]++;
        return (from, UnsafeByteOperations.UnsafeWrap(until));
    }

    /// <summary>The least key after <paramref name="key"/>.</summary>
    public static ByteString After(ByteString key)
    {
        var next = new byte[key.Length + 1];
        key.CopyTo(next, 0);
        return UnsafeByteOperations.UnsafeWrap(next);
    }

    public static StateEntry Entry(KeyValue value) =>
        new(value.Key.ToStringUtf8(), value.Value.Memory, value.CreateRevision, value.ModRevision, value.Version, value.Lease);

    public static StateEvent Event(Event change) =>
        new(change.Kv.Key.ToStringUtf8(), change.Type == Mvccpb.Event.Types.EventType.Delete ? null : Entry(change.Kv));

    public static TxnRequest Transaction(StateTransaction transaction)
    {
        var request = new TxnRequest();
        request.Compare.AddRange(transaction.Guards.Select(Guard));
        request.Success.AddRange(transaction.Puts.Select(put => new RequestOp
        {
            RequestPut = new PutRequest { Key = Of(put.Key), Value = UnsafeByteOperations.UnsafeWrap(put.Value), Lease = put.LeaseId },
        }));
        request.Success.AddRange(transaction.Deletes.Select(key => new RequestOp { RequestDeleteRange = new DeleteRangeRequest { Key = Of(key) } }));
        return request;
    }

    private static Compare Guard(StateGuard guard) => guard switch
    {
        StateGuard.Modified modified => new Compare
        {
            Key = Of(modified.Key), Result = Compare.Types.CompareResult.Equal, Target = Compare.Types.CompareTarget.Mod, ModRevision = modified.Revision,
        },
        StateGuard.Created created => new Compare
        {
            Key = Of(created.Key), Result = Compare.Types.CompareResult.Equal, Target = Compare.Types.CompareTarget.Create, CreateRevision = created.Revision,
        },
        _ => throw new InvalidTransactionException($"Unknown guard {guard}."),
    };
}

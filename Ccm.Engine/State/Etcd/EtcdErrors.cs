using Grpc.Core;

namespace Ccm.Engine.State.Etcd;

/// <summary>What the status of a failed call says about what happened on the server.</summary>
internal static class EtcdErrors
{
    /// <summary>
    /// Whether a write that failed so was surely not applied: the server looked at it and said no. Anything that may come from the way
    /// there or back, or from a server that stopped waiting, leaves it open.
    /// </summary>
    public static bool IsRefusal(RpcException exception) => exception.StatusCode switch
    {
        StatusCode.InvalidArgument or StatusCode.NotFound or StatusCode.FailedPrecondition or StatusCode.OutOfRange
            or StatusCode.PermissionDenied or StatusCode.Unauthenticated or StatusCode.Unimplemented => true,
        // Also what the client says when an answer is too large: then the write has happened.
        StatusCode.ResourceExhausted => exception.Status.Detail.StartsWith("etcdserver:", StringComparison.Ordinal),
        _ => false,
    };

    public static bool IsCompacted(RpcException exception) =>
        exception.StatusCode == StatusCode.OutOfRange && exception.Status.Detail.Contains("has been compacted", StringComparison.Ordinal);

    public static bool IsFuture(RpcException exception) =>
        exception.StatusCode == StatusCode.OutOfRange && exception.Status.Detail.Contains("future revision", StringComparison.Ordinal);

    /// <summary>The answer is larger than this client takes in one message.</summary>
    public static bool IsTooLarge(RpcException exception) =>
        exception.StatusCode == StatusCode.ResourceExhausted && !exception.Status.Detail.StartsWith("etcdserver:", StringComparison.Ordinal);

    public static string Describe(RpcException exception) => $"etcd: {exception.StatusCode}: {exception.Status.Detail}";

    public static StateStoreUnavailableException Unavailable(RpcException exception) => new(Describe(exception), exception);
}

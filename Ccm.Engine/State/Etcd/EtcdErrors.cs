using Grpc.Core;

namespace Ccm.Engine.State.Etcd;

/// <summary>What the status of a failed call says about what happened on the server, and what people can do about it.</summary>
internal static class EtcdErrors
{
    private const string User = $"{EtcdOptions.Section}:{nameof(EtcdOptions.Username)}";
    private const string Password = $"{EtcdOptions.Section}:{nameof(EtcdOptions.Password)}";

    private static readonly (string Says, string Means)[] Words =
    [
        ("database space exceeded", $"etcd is full (alarm NOSPACE). {StateWarnings.MakeRoom}"),
        ("user name is empty", $"etcd asks for a user: set {User} and {Password}."),
        ("invalid user ID or password", $"etcd refuses the user of {User} or the password: correct {User} and {Password}."),
        ("authentication is not enabled", $"etcd has no authentication switched on: remove {User} and {Password}, or switch it on there (etcdctl auth enable)."),
        ("permission denied", $"etcd does not let its user do that: give the one of {User} a role that may read and write everything under /ccm/ (etcdctl role grant-permission ROLE readwrite /ccm/ --prefix=true)."),
    ];

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

    /// <summary>Nothing of the call happened, and another member may take it: it never left, or was turned away at the door.</summary>
    public static bool IsTurnedAway(RpcException exception) =>
        EtcdDiagnosis.IsConnecting(exception) || (exception.StatusCode == StatusCode.Unavailable && exception.Status.Detail == "etcdserver: no leader");

    /// <summary>The call's token has expired, or is from before users or roles were changed.</summary>
    public static bool IsStaleToken(RpcException exception) => IsStaleToken(exception.Status.Detail) && IsRefusal(exception);

    public static bool IsStaleToken(string detail) =>
        detail.Contains("invalid auth token", StringComparison.Ordinal) || detail.Contains("revision of auth store is old", StringComparison.Ordinal);

    public static bool IsCompacted(RpcException exception) =>
        exception.StatusCode == StatusCode.OutOfRange && exception.Status.Detail.Contains("has been compacted", StringComparison.Ordinal);

    public static bool IsFuture(RpcException exception) =>
        exception.StatusCode == StatusCode.OutOfRange && exception.Status.Detail.Contains("future revision", StringComparison.Ordinal);

    /// <summary>The answer is larger than this client takes in one message.</summary>
    public static bool IsTooLarge(RpcException exception) =>
        exception.StatusCode == StatusCode.ResourceExhausted && !exception.Status.Detail.StartsWith("etcdserver:", StringComparison.Ordinal);

    public static string Describe(RpcException exception, string endpoint) => Describe(exception.Status.Detail) ?? $"{endpoint}: {exception.StatusCode}: {exception.Status.Detail}";

    /// <summary>What a refusal means for whoever runs CCM; null for one that needs no other words.</summary>
    public static string? Describe(string detail) => Words.Where(word => detail.Contains(word.Says, StringComparison.Ordinal)).Select(word => word.Means).FirstOrDefault();
}

using System.Collections.Immutable;
using System.Globalization;

namespace Ccm.Engine.State;

/// <summary>What people must know of the state store although it answers, with what to do about it.</summary>
public static class StateWarnings
{
    /// <summary>A full etcd can be read; how it comes to take writes again.</summary>
    public const string MakeRoom = "Reading goes on, every change is refused until there is room: compact it (etcdctl compact), defragment each member (etcdctl defrag) or raise --quota-backend-bytes, then etcdctl alarm disarm.";

    /// <summary>Of the quota: long before writes are refused.</summary>
    private const double Early = 0.8;

    /// <summary>Each once: several members raise the same alarm.</summary>
    public static ImmutableArray<string> Of(StateStoreStatus status) => [.. Alarms(status).Concat(Size(status)).Concat(Members(status)).Distinct()];

    private static IEnumerable<string> Alarms(StateStoreStatus status) => status.Alarms.Select(alarm => alarm switch
    {
        "NOSPACE" => $"The state store is full: {Megabytes(status.SizeBytes)}{Of(status.QuotaBytes)} (alarm NOSPACE). {MakeRoom}",
        "CORRUPT" => "The state store's members hold different data (alarm CORRUPT) and refuse to serve: restore the one that is wrong from a snapshot, then etcdctl alarm disarm.",
        _ => $"The state store has raised the alarm {alarm}.",
    });

    private static IEnumerable<string> Size(StateStoreStatus status)
    {
        if (status.Alarms.IsEmpty && status.QuotaBytes is { } quota && status.SizeBytes >= quota * Early)
            yield return $"The state store holds {Megabytes(status.SizeBytes)}{Of(quota)}, {status.SizeBytes * 100 / quota} %{(status.UsedBytes is { } used ? $", of which {Megabytes(used)} are in use" : "")}. "
                + "When it is full, every change is refused: defragment each member (etcdctl defrag), shorten Ccm:Retention:History, or raise --quota-backend-bytes.";
    }

    private static IEnumerable<string> Members(StateStoreStatus status) => status.Members.Where(member => member.Problem is not null)
        .Select(member => $"One of the state store's {status.Members.Length} members does not serve: {member.Problem} The others go on; losing a majority stops all.");

    private static string Of(long? quota) => quota is { } bytes ? $" of {Megabytes(bytes)}" : "";

    private static string Megabytes(long bytes) => (bytes / 1048576.0).ToString("#,0.#", CultureInfo.InvariantCulture) + " MB";
}

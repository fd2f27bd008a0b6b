using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Portal.Api;

namespace Ccm.Tests.Faults.Checking;

/// <summary>Every replica answers what the store has: I8. Which documents a pointer names they can also show: no pointer dangles.</summary>
internal static class ConvergenceRules
{
    public static IEnumerable<Violation> Check(StateList final, ImmutableArray<ReplicaAnswers> replicas)
    {
        var snapshot = Replay.Of(final);
        var instances = snapshot.Instances.ToImmutableSortedDictionary(pair => pair.Key, pair => Write(InstanceView.Of(pair.Value)), StringComparer.Ordinal);
        var workers = snapshot.Workers.ToImmutableSortedDictionary(pair => pair.Key, pair => Write(WorkerView.Of(pair.Value, snapshot)), StringComparer.Ordinal);
        var versions = snapshot.Definitions.Where(pair => pair.Value.Value is { Status: not DefinitionStatus.Deleted, Latest: not null })
            .ToImmutableSortedDictionary(pair => pair.Key, pair => string.Join(' ', pair.Value.Value.Versions.Reverse().Select(version => version.Version)), StringComparer.Ordinal);
        var leaders = snapshot.Leaders.ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value.ReplicaId, StringComparer.Ordinal);
        return replicas.SelectMany(replica => replica is { Instances.IsEmpty: true, Workers.IsEmpty: true, Versions.IsEmpty: true, Leaders.IsEmpty: true } ? [new Violation(Rule.I8, $"{replica.Replica} answers nothing.")]
            : Compare(replica.Replica, "instance", replica.Instances, instances, JsonNode.DeepEquals)
            .Concat(Compare(replica.Replica, "worker", replica.Workers, workers, JsonNode.DeepEquals))
            .Concat(Compare(replica.Replica, "definition", replica.Versions.ToImmutableSortedDictionary(pair => pair.Key, pair => string.Join(' ', pair.Value), StringComparer.Ordinal), versions, string.Equals))
            .Concat(Compare(replica.Replica, "leader", replica.Leaders, leaders, string.Equals)));
    }

    private static IEnumerable<Violation> Compare<T>(string replica, string what, ImmutableSortedDictionary<string, T> answered, ImmutableSortedDictionary<string, T> stored, Func<T, T, bool> same)
    {
        foreach (var (id, value) in stored)
        {
            if (!answered.TryGetValue(id, out var shown))
                yield return new Violation(Rule.I8, $"{replica} does not know {what} {id}.");
            else if (!same(shown, value))
                yield return new Violation(Rule.I8, $"{replica} shows {what} {id} as {shown}, and it is {value}.");
        }
        foreach (var id in answered.Keys.Except(stored.Keys))
            yield return new Violation(Rule.I8, $"{replica} still shows {what} {id}, which is gone.");
    }

    private static JsonNode Write<T>(T value) => JsonSerializer.SerializeToNode(value, ApiJson.Answers)!;
}

using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ccm.Engine.Documents;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Ccm.Tests.Faults.Checking;

namespace Ccm.Tests.Faults;

/// <summary>Collects what a run left behind, once it has come to rest.</summary>
internal static class Gathering
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1.5);

    /// <summary>Backoffs grow to half a minute while a store is away.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    /// <summary>Waits until nothing is under way and nothing has changed for a while; else says what still is.</summary>
    public static async Task<string?> SettleAsync(StateRecorder recorder, TimeSpan patience)
    {
        var began = TimeProvider.System.GetTimestamp();
        var (revision, since) = (0L, began);
        while (TimeProvider.System.GetElapsedTime(began) < patience)
        {
            var now = recorder.Current;
            if (now.Revision != revision || Restless(now).Any())
                (revision, since) = (now.Revision, TimeProvider.System.GetTimestamp());
            else if (TimeProvider.System.GetElapsedTime(since) > Quiet)
                return null;
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
        return string.Join('\n', Restless(recorder.Current).Take(10));
    }

    private static IEnumerable<string> Restless(FleetSnapshot now) =>
        now.Instances.Values.Where(entry => !Rests(entry.Value))
            .Select(entry => $"{entry.Id} is {entry.Value.State}, target {entry.Value.Target}, on {(entry.WorkerId is { } on ? now.Workers.GetValueOrDefault(on)?.Value : null)}: {entry.Value.LastTransition.Reason}")
            .Concat(now.Outbox.IsEmpty ? [] : [$"{now.Outbox.Count} operations wait in the outbox."]);

    private static bool Rests(LabletInstance instance) => instance.State switch
    {
        InstanceState.Running => instance.Target == InstanceTarget.Running,
        // One that is to start again may wait for its worker.
        InstanceState.Stopped => instance.Target != InstanceTarget.Terminated,
        InstanceState.Terminated => true,
        _ => false,
    };

    public static async Task<Evidence> EvidenceAsync(StateRecorder recorder, CallSender sender, ImmutableArray<Door> doors, IReadOnlyList<FaultMark> faults)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var final = await recorder.Store.ListAsync(StateKeys.Root, 0, TestContext.Current.CancellationToken);
            await recorder.UntilAsync(now => now.Revision >= final.Revision, $"revision {final.Revision} is recorded");
            var evidence = new Evidence
            {
                Calls = sender.Ended,
                Faults = [.. faults],
                Trail = await TrailAsync(sender, doors[0]),
                Replicas = [.. await Task.WhenAll(doors.Select(door => AnswersAsync(sender, door)))],
                Final = final,
                Revisions = [.. recorder.Batches.TakeWhile(recorded => recorded.Batch.Revision <= final.Revision)],
            };
            // A replica may still be on its way; one that never arrives is found by the checker.
            if (!ConvergenceRules.Check(final, evidence.Replicas).Any() || TimeProvider.System.GetElapsedTime(began) > Patience)
                return evidence;
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        }
    }

    private static async Task<ImmutableArray<AuditEvent>> TrailAsync(CallSender sender, Door door)
    {
        var events = new List<AuditEvent>();
        for (var cursor = ""; cursor is not null;)
        {
            var page = await AskAsync(sender, door, $"/api/v1/audit?limit=1000{(cursor.Length > 0 ? $"&cursor={Uri.EscapeDataString(cursor)}" : "")}");
            if (page is null)
                break;
            events.AddRange(page["items"].Deserialize<AuditEvent[]>(DomainJson.Options)!);
            cursor = (string?)page["nextCursor"];
        }
        return [.. events.OrderBy(e => e.Sequence)];
    }

    private static async Task<ReplicaAnswers> AnswersAsync(CallSender sender, Door door)
    {
        var versions = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<string>>(StringComparer.Ordinal);
        foreach (var id in (await ItemsAsync(sender, door, "definitions")).Keys)
            versions[id] = [.. (await ItemsAsync(sender, door, $"definitions/{id}/versions", "version")).Keys.OrderByDescending(version => Version.Parse(version))];
        var leaders = await AskAsync(sender, door, "/api/v1/system/leaders");
        return new ReplicaAnswers(door.Replica, await ItemsAsync(sender, door, "instances"), await ItemsAsync(sender, door, "workers"), versions.ToImmutable(),
            new[] { ("scheduler", StateKeys.SchedulerLeader), ("controller", StateKeys.ControllerLeader) }.Where(leader => leaders?[leader.Item1] is not null)
                .ToImmutableSortedDictionary(leader => leader.Item2, leader => (string)leaders![leader.Item1]!["replicaId"]!, StringComparer.Ordinal));
    }

    private static async Task<ImmutableSortedDictionary<string, JsonNode>> ItemsAsync(CallSender sender, Door door, string what, string id = "id") =>
        (await AskAsync(sender, door, $"/api/v1/{what}?limit=1000"))?["items"]!.AsArray().ToImmutableSortedDictionary(item => (string)item![id]!, item => item!, StringComparer.Ordinal)
        ?? ImmutableSortedDictionary<string, JsonNode>.Empty;

    private static async Task<JsonNode?> AskAsync(CallSender sender, Door door, string path) =>
        await sender.AskAsync(path, door) is { } answer ? JsonNode.Parse(answer) : null;
}

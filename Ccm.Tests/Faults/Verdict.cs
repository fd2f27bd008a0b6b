using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Ccm.Tests.Faults.Checking;

namespace Ccm.Tests.Faults;

/// <summary>Has what a run left behind checked, and says what it found so that somebody can act on it.</summary>
internal static class Verdict
{
    public static async Task PassAsync(FaultWorld world)
    {
        await world.Traffic.StopAsync();
        var settled = await Gathering.SettleAsync(world.Recorder, Gathering.Patience);
        var evidence = await Gathering.EvidenceAsync(world.Recorder, world.Sender, [.. world.Replicas.Select(replica => replica.Door)], world.Faults);
        var violations = Checker.Check(evidence);
        var report = Report(world, evidence, settled, violations);
        TestContext.Current.TestOutputHelper?.WriteLine(report);
        if (settled is null && violations.IsEmpty)
            return;
        var file = Path.Combine(Path.GetTempPath(), $"ccm-faults-{TestContext.Current.TestMethod?.MethodName}-{world.Seed}.txt");
        await File.WriteAllTextAsync(file, History(world, evidence));
        Assert.Fail($"{report}\nThe history is in {file}");
    }

    private static string Report(FaultWorld world, Evidence evidence, string? settled, ImmutableArray<Violation> violations)
    {
        var attempts = evidence.Calls.Sum(call => call.Attempts.Length);
        var kinds = evidence.Calls.GroupBy(call => (call.Call.Kind, call.Known)).OrderBy(group => group.Key).Select(group => $"{group.Count()} {group.Key.Kind} {group.Key.Known}");
        var text = new StringBuilder()
            .AppendLine(CultureInfo.InvariantCulture, $"CCM_TEST_FAULT_SEED={world.Seed}: {evidence.Calls.Length} calls in {attempts} attempts, {evidence.Revisions.Length} revisions, {evidence.Trail.Length} audit events.")
            .AppendLine(string.Join(", ", kinds));
        var steps = Replay.Of(evidence.Revisions);
        foreach (var fault in evidence.Faults)
        {
            var took = string.Concat(fault.Vacant.Select(key => $" {key} taken after {Seconds(RecoveryRules.NewLeader(fault, key, steps))}."));
            var placed = fault.ServiceWithin is null ? "" : $" A lab placed after {Seconds(RecoveryRules.Placed(fault, evidence.Calls, steps))}.";
            text.AppendLine(CultureInfo.InvariantCulture, $"{fault.At:mm:ss.fff} {fault.What}{took}{placed}");
        }
        if (settled is not null)
            text.AppendLine(CultureInfo.InvariantCulture, $"It never came to rest:\n{settled}");
        foreach (var violation in violations.Take(40))
            text.AppendLine(violation.ToString());
        if (violations.Length > 40)
            text.AppendLine(CultureInfo.InvariantCulture, $"… and {violations.Length - 40} more.");
        return text.ToString();
    }

    private static string Seconds(TimeSpan? took) => took is { } time ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.00} s") : "never";

    private static string History(FaultWorld world, Evidence evidence) => string.Join('\n',
        evidence.Calls.OrderBy(call => call.Sent).Select(call => $"{call} {call.Call.Body.ReplaceLineEndings("\\n")} → {call.Attempts[^1].Answer}")
            .Concat(evidence.Revisions.SelectMany(recorded => recorded.Batch.Events.Select(change =>
                $"{recorded.Batch.Revision} {recorded.At:mm:ss.fff} {change.Key} {(change.Entry is null ? "deleted" : Encoding.UTF8.GetString(change.Entry.Value.Span))}")))
            .Concat(world.Replicas.Select(replica => $"--- {replica.Name}\n{replica.Portal.Log}")));
}

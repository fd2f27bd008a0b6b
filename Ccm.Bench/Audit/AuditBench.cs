using System.Globalization;
using Ccm.Bench.MainJob;
using Ccm.Bench.Measuring;
using Ccm.Bench.Servers;
using Ccm.Engine.Auditing;
using Ccm.Engine.Documents;
using Ccm.Engine.Domain;
using Ccm.Engine.State;

namespace Ccm.Bench.Audit;

/// <summary>A minute without MongoDB while people work: whether every change that was acknowledged, and every event at all, is in the trail afterwards, once.</summary>
internal static class AuditBench
{
    private const int Page = 1000;
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public static async Task RunAsync()
    {
        await using var replicas = await Replicas.StartAsync();
        await FullFleet.PrepareAsync(replicas.Portals[0], workers: 30);
        await using var committed = await CommittedEvents.StartAsync(replicas.State);
        var people = new People(replicas.Portals);
        using var stop = new CancellationTokenSource();
        var acting = people.ActAsync(stop.Token);
        await Task.Delay(Before, TimeProvider.System);
        await replicas.Documents.StopAsync();
        await Task.Delay(Away, TimeProvider.System);
        replicas.Documents.Start();
        var back = TimeProvider.System.GetTimestamp();
        await Task.Delay(After, TimeProvider.System);
        await stop.CancelAsync();
        await acting;
        // The engine goes on: what it commits while the trail is read need not be in it yet.
        var ids = committed.Ids.ToHashSet();
        await EmptyAsync(replicas, back);
        var caughtUp = TimeProvider.System.GetElapsedTime(back);
        // Before the trail, which may have more by the time it is read.
        var head = await HeadAsync(replicas);
        Print(people, ids, committed.Deepest, await ReadTrailAsync(replicas), head, caughtUp);
    }

    /// <summary>Waits until nothing is left in the outbox.</summary>
    private static async Task EmptyAsync(Replicas replicas, long since)
    {
        while (!(await replicas.State.ListAsync(StateKeys.Outbox, 0, CancellationToken.None)).Entries.IsEmpty)
        {
            if (TimeProvider.System.GetElapsedTime(since) > Patience)
                throw new BenchException($"Events still wait in etcd {Patience.TotalMinutes} minutes after MongoDB came back.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    private static async Task<List<AuditEvent>> ReadTrailAsync(Replicas replicas)
    {
        var trail = replicas.OpenTrail();
        var events = new List<AuditEvent>();
        while (true)
        {
            var page = await trail.ReadChainAsync(events.Count == 0 ? 1 : events[^1].Sequence + 1, Page, CancellationToken.None);
            events.AddRange(page);
            if (page.Length < Page)
                return events;
        }
    }

    private static async Task<AuditHead> HeadAsync(Replicas replicas) =>
        DomainJson.Read<AuditHead>((await replicas.State.GetAsync(StateKeys.AuditHead, CancellationToken.None))!.Value.Span);

    private static void Print(People people, HashSet<string> committed, int deepest, List<AuditEvent> trail, AuditHead head, TimeSpan caughtUp)
    {
        var ids = trail.Select(audited => audited.Id).ToHashSet();
        var told = trail.GroupBy(audited => (audited.Type, audited.Subject)).ToDictionary(group => group.Key, group => group.Count());
        var share = (double)people.Acknowledged.Count(expected => told.GetValueOrDefault(expected) == 1) / people.Acknowledged.Count;
        var missing = committed.Count(id => !ids.Contains(id));
        var twice = trail.Count - ids.Count;
        var broken = AuditChain.Verify(null, trail)?.What ?? (trail.Exists(audited => head == new AuditHead(audited.Sequence, audited.Hash)) ? null : "The head in etcd is no event of the trail.");
        Report.Table(
        [
            [$"{Away.TotalSeconds:0} s without MongoDB", "", "goal"],
            ["acknowledged changes of people", Number(people.Acknowledged.Count), ""],
            ["of them in the trail, once each", string.Create(CultureInfo.InvariantCulture, $"{share:P2}"), "100 %"],
            ["refused, nothing changed", Number(people.Refused), ""],
            ["answered 503 or not at all", Number(people.Unavailable), ""],
            ["events committed meanwhile, the engine's own too", Number(committed.Count), ""],
            ["of them missing in the trail", Number(missing), "0"],
            ["in the trail more than once", Number(twice), "0"],
            ["most operations that waited in etcd", Number(deepest), ""],
            ["from MongoDB's return until none waited, s", caughtUp.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture), ""],
        ]);
        Console.WriteLine(broken is null ? "The hash chain is whole." : $"THE CHAIN IS BROKEN: {broken}");
        Report.Json(new
        {
            bench = "audit",
            share,
            acknowledged = people.Acknowledged.Count,
            events = committed.Count,
            missing,
            twice,
            chainWhole = broken is null,
            refused = people.Refused,
            unavailable = people.Unavailable,
            deepestOutbox = deepest,
            caughtUpSeconds = Report.Rounded(caughtUp.TotalSeconds),
            awaySeconds = Away.TotalSeconds,
            runs = 1,
        });
    }

    private static string Number(int value) => value.ToString("N0", CultureInfo.InvariantCulture);
}

using System.Text;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Ccm.Tests.Domain;
using CsCheck;

namespace Ccm.Tests.Watching;

public sealed class SnapshotBuilderTests
{
    /// <summary>What one transaction writes: kind of object, which of four, and what it becomes.</summary>
    private static readonly Gen<(int Kind, int N, InstanceState State, int Worker)> Write =
        Gen.Select(Gen.Int[0, 6], Gen.Int[0, 3], Gen.Enum<InstanceState>(), Gen.Int[-1, 3]);

    [Fact]
    public void Build_BatchAfterBatch_IsTheSnapshotOfAList() => Write.Array[1, 4].Array[0, 30].Sample(batches =>
    {
        var keys = new Dictionary<string, StateEntry>(StringComparer.Ordinal);
        var snapshot = FleetSnapshot.Empty;
        long revision = 0;
        foreach (var writes in batches)
        {
            revision++;
            var events = writes.SelectMany(write => Events(write, revision)).GroupBy(change => change.Key).Select(group => group.Last()).ToList();
            foreach (var change in events)
            {
                if (change.Entry is null)
                    keys.Remove(change.Key);
                else
                    keys[change.Key] = change.Entry;
            }
            snapshot = Build(snapshot, revision, events).After;
        }
        var listed = Build(FleetSnapshot.Empty, revision, keys.Values.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => entry.Put())).After;
        Assert.Equal(Describe(listed), Describe(snapshot));
        Assert.Equal(snapshot.Instances.Values.Select(InstancePlace.Of).Order(InstancePlace.NewestFirst).ToArray(), snapshot.NewestFirst.ToArray());
    });

    [Theory]
    [InlineData("/ccm/instances/i-1/state")]
    [InlineData("/ccm/workers/w-1/state")]
    [InlineData("/ccm/workers/w-1/capacity")]
    [InlineData("/ccm/definitions/ospf")]
    [InlineData("/ccm/templates/metal")]
    [InlineData("/ccm/scheduler/leader")]
    [InlineData("/ccm/audit/head")]
    public void Apply_UnreadableValue_IsReportedAndTheObjectKeepsWhatItHad(string key)
    {
        var before = Full();
        var reported = new List<string>();

        var change = Build(before, 2, [Keys.Damaged(key, 2).Put(), Keys.Instance(Sample.Instance("i-2"), 2).Put()], reported);

        Assert.Equal([key], reported);
        Assert.Equal(Describe(before), Describe(Build(change.After, 3, [Keys.Gone(StateKeys.InstanceState("i-2"))]).After));
        Assert.Equal((key, 2L), (Assert.Single(change.After.Unreadable).Key, change.After.Unreadable[key].Revision));
        Assert.Equal(key == "/ccm/instances/i-1/state" ? key : null, change.After.Instances["i-1"].Unreadable?.Key);
    }

    [Theory]
    [InlineData("/ccm/workers/w-1/state")]
    [InlineData("/ccm/workers/w-1/capacity")]
    [InlineData("/ccm/workers/w-1/ports")]
    public void Build_WorkerWithAnUnreadableKey_TakesNoWorkUntilItIsPutRight(string key)
    {
        var before = Full();
        Assert.Single(before.Vacancies);

        var damaged = Build(before, 2, [Keys.Damaged(key, 2).Put()], []).After;

        Assert.Equal(key, damaged.Workers["w-1"].Unreadable?.Key);
        Assert.Empty(damaged.Vacancies);
        var right = Build(damaged, 3, Keys.Worker(Sample.Worker(), 3).Where(entry => entry.Key == key).Select(entry => entry.Put())).After;
        Assert.Null(right.Workers["w-1"].Unreadable);
        Assert.Empty(right.Unreadable);
        Assert.Single(right.Vacancies);
    }

    [Theory]
    [InlineData("no base64!")]
    [InlineData("AAAA")]
    public void Apply_UnreadablePorts_AreReportedAndTheWorkerKeepsWhatItHad(string ports)
    {
        var before = Full();
        var reported = new List<string>();

        var change = Build(before, 2, [Keys.Entry(StateKeys.WorkerPorts("w-1"), Encoding.UTF8.GetBytes(ports), 2).Put()], reported);

        Assert.Equal([StateKeys.WorkerPorts("w-1")], reported);
        Assert.Equal(Describe(before), Describe(change.After));
    }

    [Fact]
    public void Apply_UnreadableOutboxEntry_IsReportedAndWaitsAllTheSame()
    {
        var (before, key, reported) = (Full(), StateKeys.OutboxEntry("op-2"), new List<string>());

        var damaged = Build(before, 2, [Keys.Damaged(key, 2).Put()], reported).After;

        Assert.Equal([key], reported);
        Assert.Equal(2, damaged.Outbox["op-2"]);
        Assert.Contains("events wait in the outbox", damaged.Unreadable[key].Warning, StringComparison.Ordinal);
        Assert.Empty(Build(damaged, 3, [Keys.Gone(key)]).After.Unreadable);
    }

    [Fact]
    public void Apply_KeysOfNobody_AreIgnored()
    {
        var before = Full();
        var reported = new List<string>();
        string[] keys = ["/ccm/other", "/ccm/instances/", "/ccm/instances/i-1", "/ccm/instances/i-1/a/b", "/ccm/workers/w-1/other", "/ccm/simulator/hosts/w-1"];

        var change = Build(before, 2, keys.Select(key => Keys.Damaged(key, 2).Put()), reported);

        Assert.Empty(reported);
        Assert.Equal(Describe(before), Describe(change.After));
    }

    [Fact]
    public void Build_WorkerWithAKeyMissing_IsNotThereYet()
    {
        var keys = Keys.Worker(Sample.Worker(), 1);
        for (var missing = 0; missing < keys.Length; missing++)
        {
            var partial = Build(FleetSnapshot.Empty, 1, keys.Where((_, n) => n != missing).Select(entry => entry.Put())).After;
            Assert.Empty(partial.Workers);
        }
        Assert.Single(Build(FleetSnapshot.Empty, 1, keys.Select(entry => entry.Put())).After.Workers);
    }

    [Fact]
    public void Apply_WrittenByThisProcess_IsTheSameObject()
    {
        var (own, instance) = (new OwnWrites(), Sample.Instance());
        own.Expect(StateKeys.InstanceState("i-1"), DomainJson.Write(instance), instance);

        Assert.Same(instance, Apply(own, instance));
        // Told once, used once.
        Assert.NotSame(instance, Apply(own, instance));
    }

    [Fact]
    public void Apply_WrittenByAnother_IsWhatIsThere()
    {
        var (own, refused) = (new OwnWrites(), Sample.Instance());
        own.Expect(StateKeys.InstanceState("i-1"), DomainJson.Write(refused), refused);

        Assert.Equal("somebody else", Apply(own, refused with { OwnerId = "somebody else" }).OwnerId);
    }

    private static LabletInstance Apply(OwnWrites own, LabletInstance there)
    {
        var builder = new SnapshotBuilder(FleetSnapshot.Empty, (key, exception) => throw new InvalidOperationException(key, exception), own);
        var entry = Keys.Instance(there, 1);
        builder.Apply(entry.Key, entry);
        return builder.Build(1).After.Instances["i-1"].Value;
    }

    private static FleetSnapshot Full() => Build(FleetSnapshot.Empty, 1,
    [
        Keys.Instance(Sample.Instance(state: InstanceState.Running), 1).Put(), Keys.Entry(StateKeys.InstanceWorker("i-1"), "w-1"u8.ToArray(), 1).Put(),
        .. Keys.Worker(Sample.Worker(), 1).Select(entry => entry.Put()),
        Keys.Entry(StateKeys.Definition("ospf"), DomainJson.Write(new DefinitionPointer()), 1).Put(),
        Keys.Entry(StateKeys.Template("metal"), DomainJson.Write(new TemplatePointer(1, [1], 1, false)), 1).Put(),
        Keys.Entry(StateKeys.SchedulerLeader, DomainJson.Write(new LeaderEntry("r-1", "here", Sample.Now, 0)), 1).Put(),
        Keys.Entry(StateKeys.OutboxEntry("op-1"), Keys.NoEvents, 1).Put(),
    ]).After;

    private static FleetChange Build(FleetSnapshot before, long revision, IEnumerable<StateEvent> events, List<string>? reported = null)
    {
        var builder = new SnapshotBuilder(before, (key, exception) => (reported ?? throw new InvalidOperationException($"{key} is unreadable", exception)).Add(key));
        foreach (var change in events)
            builder.Apply(change.Key, change.Entry);
        var built = builder.Build(revision);
        // Kept up to date change by change, and the same as counted anew.
        Assert.Equal(Vacancies(built.After with { Workers = built.After.Workers }), Vacancies(built.After));
        return built;
    }

    private static IEnumerable<string> Vacancies(FleetSnapshot snapshot) => snapshot.Vacancies.Select(pair => $"{pair.Key}: {string.Join(',', pair.Value)}").Order(StringComparer.Ordinal);

    private static IEnumerable<StateEvent> Events((int Kind, int N, InstanceState State, int Worker) write, long revision)
    {
        var (kind, n, state, worker) = write;
        return kind switch
        {
            0 or 1 => [Keys.Instance(Sample.Instance($"i-{n}", state), revision).Put(), worker < 0 ? Keys.Gone(StateKeys.InstanceWorker($"i-{n}"))
                : Keys.Entry(StateKeys.InstanceWorker($"i-{n}"), Encoding.UTF8.GetBytes($"w-{worker}"), revision).Put()],
            2 => [Keys.Gone(StateKeys.InstanceState($"i-{n}")), Keys.Gone(StateKeys.InstanceWorker($"i-{n}"))],
            3 => Keys.Worker(Sample.Worker($"w-{n}"), revision).Select(entry => entry.Put()),
            4 => Keys.Worker(Sample.Worker($"w-{n}"), revision).Select(entry => Keys.Gone(entry.Key)),
            5 => [Keys.Entry(StateKeys.OutboxEntry($"op-{n}"), Keys.NoEvents, revision).Put(), Keys.Entry(StateKeys.Replica($"r-{n}"), DomainJson.Write(new ReplicaEntry($"r-{n}", "", "1", Sample.Now, Sample.Now, n)), revision).Put(), Keys.Entry(StateKeys.Template($"t-{n}"), DomainJson.Write(new TemplatePointer(n, [], 0, false)), revision).Put()],
            _ => [Keys.Gone(StateKeys.OutboxEntry($"op-{n}")), Keys.Gone(StateKeys.Replica($"r-{n}")), Keys.Gone(StateKeys.Template($"t-{n}")), Keys.Gone(StateKeys.SchedulerLeader)],
        };
    }

    private static string Describe(FleetSnapshot snapshot) => string.Join('\n',
    [
        .. snapshot.Instances.Values.Select(e => $"{e.Id} {e.Value.State} {e.ModRevision} {e.WorkerId}").Order(),
        .. snapshot.Workers.Values.Select(e => $"{e.Id} {e.State.ModRevision} {e.Capacity.ModRevision} {e.Ports.ModRevision} {e.Ports.Value} {e.Available}").Order(),
        .. snapshot.InstancesByState.Select(pair => $"{pair.Key}: {string.Join(',', pair.Value.Order())}").Order(),
        .. snapshot.InstancesByWorker.Select(pair => $"{pair.Key}: {string.Join(',', pair.Value.Order())}").Order(),
        .. snapshot.Definitions.Select(pair => $"definition {pair.Key} {pair.Value.ModRevision}").Order(),
        .. snapshot.Templates.Select(pair => $"template {pair.Key} {pair.Value}").Order(),
        .. snapshot.Leaders.Select(pair => $"leader {pair}").Order(),
        .. snapshot.Replicas.Select(pair => $"replica {pair}").Order(),
        .. snapshot.Outbox.Select(pair => $"outbox {pair}").Order(),
    ]);
}

using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Tests.Docs;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Golden;

/// <summary>A fleet as a case's file tells it; times are hh:mm from now, and what is not told is as in <see cref="Sample"/>.</summary>
internal sealed record GoldenFleet
{
    private static readonly JsonSerializerOptions Options = new(DomainJson.Options) { UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow };

    public GoldenTemplate[] Templates { get; init; } = [];
    public GoldenWorker[] Workers { get; init; } = [];
    public GoldenInstance[] Instances { get; init; } = [];

    public ImmutableArray<WorkerTemplate> AllTemplates => [.. Templates.Select(template => template.Build())];

    /// <summary>Names of the cases in a folder beside this file.</summary>
    public static TheoryData<string> Cases(string folder) =>
        [.. Directory.EnumerateFiles(PathOf(folder), "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    public static GoldenFleet Read(string folder, string name) =>
        JsonSerializer.Deserialize<GoldenFleet>(File.ReadAllText(Path.Combine(PathOf(folder), $"{name}.json")), Options)!;

    public FleetSnapshot Build()
    {
        var templates = AllTemplates.ToDictionary(template => template.Name);
        var taken = new Dictionary<string, int>();
        return Sample.Fleet(
            Instances.Select(instance => (instance.Build(taken), instance.On)),
            Workers.Select(worker => worker.Build(templates[worker.Template])),
            Templates.Select(template => (templates[template.Name], Workers.Count(worker => worker.Template == template.Name && worker.State != WorkerState.Terminated))));
    }

    /// <summary>Holds what is said against the case's text; with CCM_TEST_GOLDEN=write the text is written anew, to be read and committed.</summary>
    public static void Compare(string folder, string name, string said)
    {
        var file = Path.Combine(PathOf(folder), $"{name}.txt");
        if (Environment.GetEnvironmentVariable("CCM_TEST_GOLDEN") == "write")
            File.WriteAllText(file, said);
        Assert.True(File.Exists(file), $"{name}.txt is missing: run with CCM_TEST_GOLDEN=write, read it, and commit it.");
        Assert.Equal(File.ReadAllText(file), said, ignoreLineEndingDifferences: true);
    }

    internal static DateTimeOffset? Time(string? fromNow) => fromNow is null ? null
        : Sample.Now + (fromNow.StartsWith('-') ? -TimeSpan.Parse(fromNow[1..], CultureInfo.InvariantCulture) : TimeSpan.Parse(fromNow, CultureInfo.InvariantCulture));

    private static string PathOf(string folder) => Path.Combine(Repository.Root, "Ccm.Tests", "Golden", folder);
}

internal sealed record GoldenTemplate
{
    public required string Name { get; init; }
    public int Cpu { get; init; } = 8;
    public int Memory { get; init; } = 128;
    public int Storage { get; init; } = 200;
    public int Nodes { get; init; } = 100;
    public LicenseType Licence { get; init; } = LicenseType.Enterprise;
    public string Cml { get; init; } = "2.8.1";
    public string Region { get; init; } = "local";
    public decimal Cost { get; init; } = 4;
    public int Min { get; init; }
    public int Max { get; init; } = 10;
    public int Startup { get; init; } = 18;
    public int Ports { get; init; } = 8000;
    public bool Enabled { get; init; } = true;

    public WorkerTemplate Build() => Sample.Template(Name) with
    {
        CpuCores = Cpu, MemoryGb = Memory, StorageGb = Storage, MaxNodes = Nodes, LicenseType = Licence, CmlVersion = Cml, Region = Region, CostPerHour = Cost, MinWorkers = Min, MaxWorkers = Max,
        StartupTimeMinutes = Startup, PortRange = new PortRange(2000, 1999 + Ports), Enabled = Enabled,
    };
}

internal sealed record GoldenWorker
{
    public required string Id { get; init; }
    public required string Template { get; init; }
    public WorkerState State { get; init; } = WorkerState.Running;
    public WorkerTarget Target { get; init; } = WorkerTarget.Running;

    /// <summary>When it came to this state, and was last given or gave back anything.</summary>
    public string Since { get; init; } = "-01:00";

    public string? UnreachableSince { get; init; }

    public Worker Build(WorkerTemplate template) => Sample.WorkerOf(template, Id, State) with
    {
        Target = Target,
        UnreachableSince = GoldenFleet.Time(UnreachableSince),
        LastTransition = new Transition<WorkerState>(null, State, GoldenFleet.Time(Since)!.Value, "ccm/controller", "As the case says."),
    };
}

internal sealed record GoldenInstance
{
    public required string Id { get; init; }
    public InstanceState State { get; init; } = InstanceState.Pending;
    public string? On { get; init; }
    public int Cpu { get; init; } = 4;
    public int Memory { get; init; } = 8;
    public int Storage { get; init; } = 4;
    public int Nodes { get; init; } = 4;
    public int Ports { get; init; } = 2;
    public ImmutableArray<LicenseType> Licences { get; init; } = [];
    public string Cml { get; init; } = "";
    public string Region { get; init; } = "";
    public string? Start { get; init; }
    public string Created { get; init; } = "-00:10";

    public LabletInstance Build(Dictionary<string, int> taken)
    {
        var first = 2000 + taken.GetValueOrDefault(On ?? "");
        taken[On ?? ""] = first - 2000 + Ports;
        var request = Sample.Request(Cpu, Memory, Storage, Nodes, Ports) with { LicenseAffinity = Licences, CmlVersionRange = Cml, Region = Region };
        return Sample.Instance(Id, State) with
        {
            Request = request,
            CreatedAt = GoldenFleet.Time(Created)!.Value,
            AsSoonAsPossible = Start is null,
            TimeslotStart = GoldenFleet.Time(Start),
            TimeslotEnd = GoldenFleet.Time(Start)?.AddHours(1),
            PlacedBecause = On is null ? null : $"Packs tightest on {On}: as the case says.",
            Ports = On is null ? ImmutableSortedDictionary<string, int>.Empty : request.PortNames.Select((name, n) => (name, n)).ToImmutableSortedDictionary(port => port.name, port => first + port.n),
        };
    }
}

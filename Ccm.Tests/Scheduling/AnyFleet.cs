using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Tests.Domain;
using CsCheck;

namespace Ccm.Tests.Scheduling;

/// <summary>Fleets of up to eight workers, some of them in use, and up to thirty labs that want a place.</summary>
internal static class AnyFleet
{
    private static readonly Gen<ImmutableArray<LicenseType>> Affinity = Gen.Frequency(
        (3, Gen.Const(ImmutableArray<LicenseType>.Empty)),
        (1, Gen.Enum<LicenseType>().Array[1, 2].Select(licences => licences.Distinct().ToImmutableArray())));

    private static readonly Gen<LabRequest> Request = Gen.Select(
        Gen.Int[0, 12], Gen.Int[0, 12], Gen.Int[0, 6], Gen.Int[0, 8], Gen.Int[0, 5], Affinity, Any.Of("", "", "", ">=2.8.0", "^2.7.0 <2.8.0", "no range"),
        (cpu, memory, storage, nodes, ports, affinity, range) => Sample.Request(cpu, memory, storage, nodes, ports) with { LicenseAffinity = affinity, CmlVersionRange = range })
        .Select(Any.Of("", "", "", "east", "west", "nowhere"), (request, region) => request with { Region = region });

    private static readonly Gen<LabletInstance> Wanted = Gen.Select(
        Request, Gen.Int[-60, 60].Select(minutes => Sample.Now.AddMinutes(minutes)), Gen.Bool, Gen.Int[-120, 0], Gen.Frequency((9, InstanceTarget.Running), (1, InstanceTarget.Terminated)),
        (request, start, asap, created, target) => Sample.Instance() with
        {
            Request = request,
            Target = target,
            AsSoonAsPossible = asap,
            TimeslotStart = asap ? null : start,
            TimeslotEnd = asap ? null : start.AddHours(1),
            CreatedAt = Sample.Now.AddMinutes(created / 10 * 10),
        });

    private static readonly Gen<Worker> AnyWorker = Gen.Select(
        Gen.Frequency((8, Gen.Const(WorkerState.Running)), (2, Gen.Enum<WorkerState>())), Gen.Enum<LicenseType>(), Gen.Select(Any.Of("2.7.3", "2.8.1"), Any.Of("east", "west")),
        Gen.Select(Gen.Int[0, 40], Gen.Int[0, 40], Gen.Int[0, 20], Gen.Int[0, 20], (c, m, s, n) => new Capacity(c, m, s, n)), Gen.Int[1, 30], Gen.Int[0, 9],
        (state, license, version, declared, ports, fault) => Sample.Worker(state: state) with
        {
            LicenseType = license,
            CmlVersion = version.Item1,
            Region = version.Item2,
            Declared = declared,
            PortRange = new PortRange(2000, 1999 + ports),
            UnreachableSince = fault == 8 ? Sample.Now : null,
            LostSince = fault == 9 ? Sample.Now : null,
        });

    public static readonly Gen<FleetSnapshot> Generator = Gen.Select(AnyWorker.Array[0, 8], Wanted.Array[0, 30], Gen.Int[0, 12], Build);

    private static FleetSnapshot Build(Worker[] workers, LabletInstance[] wanted, int placed)
    {
        var named = workers.Select((worker, n) => worker with { Id = $"w-{n}" }).ToList();
        var labs = wanted.Select((lab, n) => lab with { Id = $"i-{n:00}" }).ToList();
        var fleet = Sample.Fleet([], named);
        for (var n = 0; n < Math.Min(placed, labs.Count); n++)
        {
            var worker = named.Count == 0 ? null : fleet.Workers[named[n % named.Count].Id];
            if (worker is null || worker.Value.State is not (WorkerState.Running or WorkerState.Draining or WorkerState.Failed) || !worker.Available.Fits(labs[n].Demand)
                || worker.Ports.Value.Allocate(labs[n].Request.PortNames.Length) is not { } taken)
                continue;
            fleet = fleet.With(labs[n] with { State = InstanceState.Running, Ports = labs[n].Request.PortNames.Zip(taken.Ports).ToImmutableSortedDictionary(p => p.First, p => p.Second) }, worker.Id);
        }
        return labs.Where(lab => !fleet.Instances.ContainsKey(lab.Id)).Aggregate(fleet, (all, lab) => all.With(lab, null));
    }
}

using System.Collections.Immutable;
using System.Globalization;
using Ccm.Engine.Booking;
using Ccm.Engine.Domain;
using Ccm.Tests.Domain;
using Ccm.Tests.Scheduling;
using CsCheck;

namespace Ccm.Tests.Booking;

/// <summary>What must hold of every forecast.</summary>
public sealed class ForecastPropertyTests
{
    private static readonly Gen<LabRequest> Request = Gen.Select(
        Any.Of(1, 8, 16), Any.Of(8, 16, 32, 64), Gen.Int[0, 20], Any.Of(0, 2, 5, 20), Gen.Int[0, 6], Any.Of<LicenseType?>(null, null, null, LicenseType.Personal, LicenseType.Enterprise), Any.Of("", "", ">=2.8.0"),
        (cpu, memory, storage, nodes, ports, licence, range) => Sample.Request(cpu, memory, storage, nodes, ports) with { LicenseAffinity = licence is { } one ? [one] : [], CmlVersionRange = range })
        .Select(Any.Of("", "", "", "east", "west"), (request, region) => request with { Region = region });

    private static readonly Gen<WorkerTemplate> Template = Gen.Select(
        Any.Of(LicenseType.Personal, LicenseType.Enterprise), Gen.Select(Any.Of("2.7.3", "2.8.1"), Any.Of("east", "west")), Any.Of(2, 8), Any.Of(32, 64, 96), Any.Of(4, 6, 20), Gen.Int[0, 2], Gen.Int[1, 5],
        (licence, version, cpu, memory, ports, most, cost) => Sample.Template() with
        {
            LicenseType = licence,
            CmlVersion = version.Item1,
            Region = version.Item2,
            CpuCores = cpu,
            MemoryGb = memory,
            PortRange = new PortRange(2000, 1999 + ports),
            MaxWorkers = most,
            CostPerHour = cost,
        });

    private static readonly Gen<WorkerTemplate[]> Templates = Template.Array[1, 3].Select(templates => templates.Select((template, n) => template with { Name = $"t-{n}" }).ToArray());

    /// <summary>In quarters of an hour from an hour ahead, so that every worker can be up.</summary>
    private static readonly Gen<LabletInstance> Slot = Gen.Select(Request, Gen.Int[4, 20], Gen.Int[1, 8], (request, from, length) => Booked.Slot("", from / 4.0, length / 4.0, request));

    private static readonly Gen<LabletInstance[]> Slots = Slot.Array[1, 14].Select(Named);

    [Fact]
    public void Check_NothingBooked_RefusesNothingThatATemplateCouldTake() => Gen.Select(Templates, Slot).Sample((templates, slot) =>
    {
        var takes = templates.Any(template => template.MaxWorkers > 0 && (template.Declared - slot.Demand).IsWithin(template.Declared) && slot.Request.PortNames.Length <= template.PortRange.Count
            && (slot.Request.LicenseAffinity.IsEmpty || slot.Request.LicenseAffinity.Contains(template.LicenseType)) && (slot.Request.CmlVersionRange.Length == 0 || template.CmlVersion == "2.8.1") && (slot.Request.Region.Length == 0 || slot.Request.Region == template.Region));
        Assert.Equal(takes, Check(Booked.Forecast([], templates), slot) is null);
    });

    [Fact]
    public void Check_SameFleetInAnotherOrder_IsTheSameAnswer() => Gen.Select(Templates, AnyFleet.Generator, Slot, Gen.Int).Sample((templates, fleet, slot, salt) =>
        Assert.Equal(Described(Check(Booked.Forecast(fleet, templates), slot)), Described(Check(Booked.Forecast(fleet.Shuffled(salt), [.. templates.Reverse()]), slot))));

    [Fact]
    public void Check_Refused_NamesOnlySlotsThatItAccepts() => Gen.Select(Templates, Slots, Slot).Sample((templates, booked, slot) =>
    {
        var forecast = Booked.Forecast(booked, templates);
        if (Check(forecast, slot) is not { } shortage)
            return;
        Assert.All(shortage.FreeSlots, free =>
        {
            Assert.InRange(free.Start, Sample.Now, Booked.Horizon);
            Assert.Null(forecast.Check(slot.Request, free.Start, free.End - free.Start, Booked.Horizon));
        });
        // All are over within a day, so that whatever fits at all fits after them.
        Assert.Equal(shortage.ShortOf is ForecastLimit.Worker or ForecastLimit.Region, shortage.FreeSlots.IsEmpty);
    });

    /// <summary>
    /// On a day without faults, late walk-ins and overrides, whatever kinds of workers there are. Always the same cases, so that no run
    /// fails by chance; CCM_TEST_FLEETS is how many, a thousand unless told otherwise.
    /// </summary>
    [Fact]
    public void Reserve_WhatIsAccepted_BeginsInTimeOnTheDay()
    {
        var (cases, random) = (Gen.Select(Templates, Slots), PCG.Parse("0000000000001"));
        var most = int.Parse(Environment.GetEnvironmentVariable("CCM_TEST_FLEETS") ?? "1000", CultureInfo.InvariantCulture);
        for (var n = 0; n < most; n++)
        {
            var (templates, wanted) = cases.Generate(random, null, out _);
            FleetInTime.OfAccepted(templates, wanted).AssertInTime();
        }
    }

    [Fact]
    public void Reserve_OneKindOfWorker_WhatIsAcceptedBeginsInTimeOnTheDay() => Gen.Select(Template, Gen.Int[1, 4], Slots).Sample((template, most, wanted) =>
        FleetInTime.OfAccepted([template with { MaxWorkers = most }], wanted).AssertInTime());

    private static LabletInstance[] Named(LabletInstance[] slots) => [.. slots.Select((slot, n) => slot with { Id = $"i-{n:D2}", CreatedAt = Sample.Now.AddSeconds(n - 100) })];

    private static SlotShortage? Check(BookingForecast forecast, LabletInstance slot) =>
        forecast.Check(slot.Request, slot.TimeslotStart!.Value, slot.TimeslotEnd!.Value - slot.TimeslotStart.Value, Booked.Horizon);

    private static string Described(SlotShortage? shortage) => shortage is null ? "fits" : $"{shortage.Reason} {shortage.Fix}";
}

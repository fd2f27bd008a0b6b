using Ccm.Engine.Domain;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Booking;

public sealed class FreeSlotsTests
{
    private static readonly WorkerTemplate One = Sample.Template() with { MaxWorkers = 1 };

    [Fact]
    public void FreeSlots_NothingBooked_FollowOneAnotherFromTheNextFullMinute() =>
        Assert.Equal([0.5, 2.6, 4.7], Booked.Forecast([], One).FreeSlots(0.5 - (0.5 / 60), 2, 3).Select(slot => (slot.Start - Sample.Now).TotalHours));

    [Fact]
    public void FreeSlots_NoneWithinTheHorizon_AreNone() =>
        Assert.Empty(Booked.Forecast([Booked.Slot("i-1", 0, 24)], One).FreeSlots(Booked.Whole, Sample.Now, TimeSpan.FromHours(1), 3, Sample.Now.AddHours(23)));

    /// <summary>Anybody can reserve hundreds of labs that nothing can hold; they wait, and whoever books for a time is answered all the same.</summary>
    [Fact]
    public void FreeSlots_HundredsThatNothingHolds_CountForNothing()
    {
        var template = Sample.Template() with { MaxWorkers = 2 };
        var booked = Enumerable.Range(0, 2_000).Select(n => Booked.Slot($"i-{n:D5}", 1 + (n / 2 * 1.2), 1)).ToList();
        var stuck = Enumerable.Range(0, 500).Select(n => Sample.Instance($"s-{n:D5}") with { Request = Sample.Request(memory: 100_000) });
        var full = Enumerable.Range(0, 500).Select(n => Sample.Instance($"f-{n:D5}") with { Request = Booked.Whole, DurationMinutes = 100_000, CreatedAt = Sample.Now.AddHours(3) });

        Assert.Equal(Booked.Forecast(booked, template).FreeSlots(1, 1, 3), Booked.Forecast(booked.Concat(stuck), template).FreeSlots(1, 1, 3));
        Assert.NotNull(Booked.Forecast(booked.Concat(full), template).Check(1, 1));
    }
}

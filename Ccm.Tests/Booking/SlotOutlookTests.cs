using Ccm.Engine.Booking;
using Ccm.Engine.Domain;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Booking;

public sealed class SlotOutlookTests
{
    private static readonly WorkerTemplate Metal = Sample.Template() with { MaxWorkers = 3 };

    [Fact]
    public void Outlook_NothingBooked_AllPlacesAreFree() => Assert.Equal((6, false, 6L), Counts(Outlook([], Metal)));

    [Fact]
    public void Outlook_OneWorkerBooked_CountsWhatIsLeft() => Assert.Equal((4, false, 6L), Counts(Outlook([Booked.Slot("i-1", 24, 2)], Metal)));

    /// <summary>What nobody could book without taking another's place is not counted; where two plays do not tell how many are left, one is.</summary>
    [Fact]
    public void Outlook_PlacesThatArePromisedAfterwards_AreNotCounted() =>
        Assert.Equal((1, true, 6L), Counts(Outlook([Booked.Slot("i-1", 25, 1), Booked.Slot("i-2", 25, 1)], Metal)));

    /// <summary>One more of the lab may cost many others their place, or two of them one: what they lose tells where to look, and not how many are left.</summary>
    [Theory]
    [InlineData(2, 10, 2, 4)]
    [InlineData(3, 2, 4, 6)]
    public void Outlook_SmallLabsThatArePromisedAfterwards_LeaveItOpenHowManyMoreFit(int workers, int small, int counted, long most) =>
        Assert.Equal((counted, true, most), Counts(Outlook(Enumerable.Range(0, small).Select(n => Booked.Slot($"i-{n}", 25, 1, Sample.Request(memory: 6))), Metal with { MaxWorkers = workers })));

    [Fact]
    public void Outlook_ALargeFleet_IsCountedOnlySoFar() => Assert.Equal((SlotOutlook.MostCounted, true, 60L), Counts(Outlook([], Metal with { MaxWorkers = 30 })));

    [Fact]
    public void Outlook_AllBooked_SaysWhyAndWhenThereIsOne()
    {
        var outlook = Outlook([Booked.Slot("i-1", 24, 2)], Metal with { MaxWorkers = 1 });

        Assert.Equal((0, false, 2L), (outlook.Free, outlook.OrMore, outlook.Most));
        Assert.Equal(ForecastLimit.MemoryGb, outlook.Shortage!.ShortOf);
        Assert.NotEmpty(outlook.Shortage.FreeSlots);
    }

    /// <summary>The one number is the other's: what is free is what reserving takes.</summary>
    [Fact]
    public void Outlook_PlacesItCounts_CanAllBeBooked()
    {
        var booked = new List<LabletInstance> { Booked.Slot("i-1", 25, 1), Booked.Slot("i-2", 23, 2, Booked.Half) };
        var free = Outlook(booked, Metal).Free;

        for (var n = 0; n < free; n++)
        {
            Assert.Null(Booked.Forecast(booked, Metal).Check(24, 2, Booked.Half));
            booked.Add(Booked.Slot($"new-{n}", 24, 2, Booked.Half));
        }
        Assert.InRange(free, 1, 5);
    }

    private static SlotOutlook Outlook(IEnumerable<LabletInstance> booked, WorkerTemplate template) =>
        Booked.Forecast(booked, template).Outlook(Booked.Half, Sample.Now.AddHours(24), TimeSpan.FromHours(2), Booked.Horizon);

    private static (int Free, bool OrMore, long Most) Counts(SlotOutlook outlook)
    {
        Assert.Null(outlook.Shortage);
        return (outlook.Free, outlook.OrMore, outlook.Most);
    }
}

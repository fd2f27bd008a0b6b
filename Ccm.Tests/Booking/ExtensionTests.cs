using Ccm.Engine.Booking;
using Ccm.Engine.Domain;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Booking;

/// <summary>Whether a lab may stay longer.</summary>
public sealed class ExtensionTests
{
    private static readonly WorkerTemplate One = Sample.Template() with { MaxWorkers = 1 };
    private static readonly WorkerTemplate Two = Sample.Template() with { MaxWorkers = 2 };

    [Fact]
    public void CheckExtension_PlaceNeeded_NamesWhoAndTheLatestEnd()
    {
        var running = Booked.Slot("i-1", -1, 2) with { State = InstanceState.Running };
        var fleet = Sample.Fleet([(running, "w-1"), (Booked.Slot("i-2", 4, 1), null)], [Sample.Worker()]);
        var forecast = Booked.Forecast(fleet, One);
        var due = Sample.Now.AddHours(4) - Booked.Lead(Booked.Whole);

        Assert.Equal(new ExtensionShortage("i-2", due, due), forecast.CheckExtension(fleet.Instances["i-1"], Sample.Now.AddHours(4)));
        Assert.Null(forecast.CheckExtension(fleet.Instances["i-1"], due));
        Assert.Null(Booked.Forecast(fleet, Two).CheckExtension(fleet.Instances["i-1"], Sample.Now.AddHours(4)));
    }

    [Fact]
    public void CheckExtension_PlaceNeededAtOnce_HasNoLaterEnd()
    {
        var running = Booked.Slot("i-1", -1, 2) with { State = InstanceState.Running };
        var fleet = Sample.Fleet([(running, "w-1"), (Booked.Slot("i-2", 1, 1), null)], [Sample.Worker()]);

        Assert.Null(Booked.Forecast(fleet, One).CheckExtension(fleet.Instances["i-1"], Sample.Now.AddHours(2)));
        var soon = Sample.Fleet([(running, "w-1"), (Booked.Slot("i-2", 1.1, 1), null)], [Sample.Worker()]);
        var shortage = Booked.Forecast(soon, One).CheckExtension(soon.Instances["i-1"], Sample.Now.AddHours(2));
        Assert.Equal(Sample.Now.AddHours(1.1) - Booked.Lead(Booked.Whole), shortage!.Latest);
    }

    [Fact]
    public void CheckExtension_BookingThatWaits_IsHeldAgainstTheOthersToo()
    {
        var fleet = Sample.Fleet([(Booked.Slot("i-1", 4, 1), null), (Booked.Slot("i-2", 6, 1), null)], []);
        Assert.Equal("i-2", Booked.Forecast(fleet, One).CheckExtension(fleet.Instances["i-1"], Sample.Now.AddHours(6.5))!.NeededBy);
    }
}

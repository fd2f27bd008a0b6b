using System.Collections.Immutable;
using Ccm.Engine.Booking;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Booking;

/// <summary>Fleets with bookings, and forecasts of them at <see cref="Sample.Now"/>.</summary>
internal static class Booked
{
    public static readonly PlanningTimes Times = new(TimeSpan.FromMinutes(5), 1);
    public static readonly DateTimeOffset Horizon = Sample.Now.AddDays(365);

    /// <summary>A lab that waits for its slot.</summary>
    public static LabletInstance Slot(string id, double fromHour, double hours, LabRequest? request = null) => Sample.Instance(id) with
    {
        Request = request ?? Whole,
        AsSoonAsPossible = false,
        TimeslotStart = Sample.Now.AddHours(fromHour),
        TimeslotEnd = Sample.Now.AddHours(fromHour + hours),
        DurationMinutes = (int)(hours * 60),
    };

    /// <summary>As much memory as one worker of <see cref="Sample.Template"/> has.</summary>
    public static LabRequest Whole => Sample.Request(memory: 128);

    public static LabRequest Half => Sample.Request(memory: 64);

    /// <summary>How long before its slot such a lab takes its place.</summary>
    public static TimeSpan Lead(LabRequest request) => TimeSpan.FromSeconds(20 + (2 * request.Nodes)) + TimeSpan.FromMinutes(5);

    public static BookingForecast Forecast(IEnumerable<LabletInstance> waiting, params WorkerTemplate[] templates) =>
        Forecast(Sample.Fleet(waiting.Select(lab => (lab, (string?)null)), []), templates);

    public static BookingForecast Forecast(FleetSnapshot fleet, params WorkerTemplate[] templates) => new(fleet, [.. templates], Sample.Now, Times);

    public static SlotShortage? Check(this BookingForecast forecast, double fromHour, double hours, LabRequest? request = null) =>
        forecast.Check(request ?? Whole, Sample.Now.AddHours(fromHour), TimeSpan.FromHours(hours), Horizon);

    public static ImmutableArray<FreeSlot> FreeSlots(this BookingForecast forecast, double fromHour, double hours, int count, LabRequest? request = null) =>
        forecast.FreeSlots(request ?? Whole, Sample.Now.AddHours(fromHour), TimeSpan.FromHours(hours), count, Horizon);
}

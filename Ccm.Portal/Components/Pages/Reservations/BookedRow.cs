using System.Globalization;
using Ccm.Engine.Booking;
using Ccm.Engine.Domain;
using Ccm.Engine.Scheduling;
using Ccm.Portal.Components.Grid;

namespace Ccm.Portal.Components.Pages.Reservations;

/// <summary>A booking as the table shows it to somebody.</summary>
/// <param name="Id">The instance's; a number where it may not be known.</param>
/// <param name="Instance">Null: all there is to say is that something is booked.</param>
internal sealed record BookedRow(string Id, BookedTime Time, LabletInstance? Instance)
{
    private static BookedRow Of(BookedTime time, Actor actor, int number) => TimelineRows.MayRead(actor, time)
        ? new BookedRow(time.Entry.Id, time, time.Entry.Value) : new BookedRow(number.ToString("D6", CultureInfo.InvariantCulture), time, null);

    /// <summary>What is booked in the time that a page's address is about.</summary>
    public static Task<IEnumerable<BookedRow>> ReadAsync(ExportAsked asked)
    {
        var window = ReservationsView.Read(asked["from"], asked["hours"], null, null, null, null, null).Window(asked.Now);
        var planning = asked.Http.RequestServices.GetRequiredService<PlanningTimes>();
        return Task.FromResult(All(window.InOrder(asked.Fleet.Instances.Values.Select(entry => BookedTime.Of(entry, asked.Now, planning)).OfType<BookedTime>()), asked.Actor));
    }

    public static IEnumerable<BookedRow> All(IEnumerable<BookedTime> inOrder, Actor actor) => inOrder.Select((time, n) => Of(time, actor, n));

    public string? WorkerId => Instance is null ? null : Time.Entry.WorkerId;

    public string Remarks => Instance is null ? "" : string.Join(", ", new[]
    {
        Instance.AsSoonAsPossible ? "ASAP" : "", Time.IsExpected ? "times expected" : "", Instance.Overbooked ? "overbooked" : "",
    }.Where(remark => remark.Length > 0));
}

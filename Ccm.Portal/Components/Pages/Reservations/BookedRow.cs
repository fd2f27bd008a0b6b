using System.Globalization;
using Ccm.Engine.Booking;
using Ccm.Engine.Domain;

namespace Ccm.Portal.Components.Pages.Reservations;

/// <summary>A booking as the table shows it to somebody.</summary>
/// <param name="Id">The instance's; a number where it may not be known.</param>
/// <param name="Instance">Null: all there is to say is that something is booked.</param>
public sealed record BookedRow(string Id, BookedTime Time, LabletInstance? Instance)
{
    public static BookedRow Of(BookedTime time, Actor actor, int number) => TimelineRows.MayRead(actor, time)
        ? new BookedRow(time.Entry.Id, time, time.Entry.Value) : new BookedRow(number.ToString("D6", CultureInfo.InvariantCulture), time, null);

    public string? WorkerId => Instance is null ? null : Time.Entry.WorkerId;

    public string Remarks => Instance is null ? "" : string.Join(", ", new[]
    {
        Instance.AsSoonAsPossible ? "ASAP" : "", Time.IsExpected ? "times expected" : "", Instance.Overbooked ? "overbooked" : "",
    }.Where(remark => remark.Length > 0));
}

using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Ccm.Portal.Api;

/// <param name="Until">When it is over; left out: until it is withdrawn.</param>
internal sealed record NoticeRequest(string Text, DateTimeOffset? Until = null);

/// <summary><c>/api/v1/system/notice</c>: what an admin tells everybody.</summary>
internal static class NoticeApi
{
    public static void MapNotice(this RouteGroupBuilder system)
    {
        system.MapGet("/notice", Get).WithSummary("The notice that everybody is shown now; 404 when there is none.");
        system.MapPut("/notice", PutAsync).Accepts<NoticeRequest>("application/json").WithSummary("Shows everybody a notice in the place of the last one (admin).");
        system.MapDelete("/notice", DeleteAsync).WithSummary("Takes the notice down (admin).");
    }

    private static Ok<Notice> Get(HttpContext http, Reading reading, TimeProvider time)
    {
        Reading.RequireOwn(http.Actor());
        return reading.Snapshot.Notice?.Value is { } notice && notice.IsShown(time.GetUtcNow()) ? TypedResults.Ok(notice)
            : throw new RefusedException(RefusalKind.NotFound, new Problem(null, "There is no notice now.", "An admin posts one with PUT."));
    }

    private static async Task<Ok<Notice>> PutAsync(HttpContext http, ControlPlane control, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync<NoticeRequest>(http.Request, cancellationToken);
        return TypedResults.Ok(await control.PostNoticeAsync(http.Actor(), http.Operation(body.Text), body.Value.Text, body.Value.Until, cancellationToken));
    }

    private static async Task<NoContent> DeleteAsync(HttpContext http, ControlPlane control, CancellationToken cancellationToken)
    {
        await control.WithdrawNoticeAsync(http.Actor(), http.Operation(""), cancellationToken);
        return TypedResults.NoContent();
    }
}

using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Ccm.Portal.Api;

/// <summary>What the forecast can be asked about a lab: <c>/api/v1/definitions/{id}/slots</c> and <c>/what-if</c>.</summary>
internal static class ForecastApi
{
    private const int MostSlots = 50;
    private const int MostLabs = 1000;

    public static void MapForecast(this RouteGroupBuilder definitions)
    {
        definitions.MapGet("/{id}/slots", SlotsAsync).WithSummary("The next free slots for the newest version: from (default now), durationMinutes (default its maximum), count (default 5), region.");
        definitions.MapGet("/{id}/what-if", WhatIfAsync).WithSummary("Where count more of it would go, at timeslotStart (default now) for durationMinutes, in region: on which workers, added at which cost, or nowhere and why.");
    }

    private static async Task<Ok<FreeSlotsView>> SlotsAsync(string id, HttpContext http, Reading reading, ControlPlane control, CancellationToken cancellationToken)
    {
        Reading.RequireOwn(http.Actor());
        var query = Query.Of(http.Request, "from", "durationMinutes", "count", "region");
        var definition = await NewestAsync(id, reading, control, cancellationToken);
        var (from, minutes, count) = (query.Time("from"), Minutes(query, definition), query.Number("count", 5, 1, MostSlots));
        var slots = await control.FreeSlotsAsync(definition, query.Text("region"), from, minutes, count, cancellationToken);
        return TypedResults.Ok(new FreeSlotsView(definition.Name, definition.Version, minutes, [.. slots.Select(SlotView.Of)]));
    }

    private static async Task<Ok<WhatIfView>> WhatIfAsync(string id, HttpContext http, Reading reading, ControlPlane control, CancellationToken cancellationToken)
    {
        Reading.RequireAll(http.Actor(), "what-ifs");
        var query = Query.Of(http.Request, "count", "timeslotStart", "durationMinutes", "region");
        var definition = await NewestAsync(id, reading, control, cancellationToken);
        var (start, minutes, count) = (query.Time("timeslotStart"), Minutes(query, definition), query.Number("count", 1, 1, MostLabs));
        var whatIf = await control.WhatIfAsync(definition, query.Text("region"), count, start, minutes, cancellationToken);
        return TypedResults.Ok(new WhatIfView(definition.Name, definition.Version, count, start, minutes, whatIf.OnExisting, whatIf.OnPlanned, whatIf.Restarted, whatIf.Added,
            whatIf.CostPerHour, whatIf.Nowhere, whatIf.Why?.Reason, whatIf.Why is { } why ? ShortageView.Of(why) : null, whatIf.Displaced));
    }

    private static async Task<LabletDefinition> NewestAsync(string id, Reading reading, ControlPlane control, CancellationToken cancellationToken)
    {
        var pointer = await reading.DefinitionAsync(id, null, cancellationToken);
        return await control.ReadDefinitionAsync(id, pointer.Latest!, cancellationToken);
    }

    private static int Minutes(Query query, LabletDefinition definition) => query.Number("durationMinutes", definition.MaxDurationMinutes, 1, definition.MaxDurationMinutes);
}

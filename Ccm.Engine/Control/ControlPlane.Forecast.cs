using System.Collections.Immutable;
using Ccm.Engine.Booking;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Control;

public sealed partial class ControlPlane
{
    private static readonly TimeSpan PastTolerance = TimeSpan.FromMinutes(1);

    /// <summary>The next slots in which a lab would have a place; for anybody who may read definitions.</summary>
    /// <param name="from">Null: now.</param>
    /// <exception cref="RefusedException">The start is past or too far off, or a store is away.</exception>
    public async Task<ImmutableArray<FreeSlot>> FreeSlotsAsync(LabletDefinition definition, string? region, DateTimeOffset? from, int minutes, int count, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        CheckStart("from", from, now);
        var request = RequestOf(definition, region);
        return await ForecastAsync(cache.Current, now, forecast => forecast.FreeSlots(request, from ?? now, TimeSpan.FromMinutes(minutes), count, Horizon(now)), cancellationToken);
    }

    /// <summary>What reserving a slot would be told by the forecast; for anybody who may read definitions.</summary>
    /// <exception cref="RefusedException">The start is past or too far off, the lab may not last so long, or a store is away.</exception>
    public async Task<SlotOutlook> LookAtSlotAsync(LabletDefinition definition, string? region, DateTimeOffset start, int minutes, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        CheckDuration(definition, minutes);
        CheckStart("timeslotStart", start, now);
        var request = RequestOf(definition, region);
        return await ForecastAsync(_lookAhead, cache.Current, now, forecast => forecast.Outlook(request, start, TimeSpan.FromMinutes(minutes), Horizon(now)), cancellationToken);
    }

    /// <summary>Where so many more of a lab would go, at that time or, without one, now.</summary>
    /// <exception cref="RefusedException">The start is past or too far off, or a store is away.</exception>
    public async Task<WhatIf> WhatIfAsync(LabletDefinition definition, string? region, int count, DateTimeOffset? start, int minutes, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        CheckStart("timeslotStart", start, now);
        var request = RequestOf(definition, region);
        return await ForecastAsync(cache.Current, now, forecast => forecast.WhatIf(request, count, start, TimeSpan.FromMinutes(minutes)), cancellationToken);
    }

    /// <summary>One at a time: a forecast over thousands of reservations works for a second, and whoever asks for many must not hold everything else up.</summary>
    private Task<T> ForecastAsync<T>(FleetSnapshot snapshot, DateTimeOffset now, Func<BookingForecast, T> ask, CancellationToken cancellationToken) =>
        ForecastAsync(_forecast, snapshot, now, ask, cancellationToken);

    private async Task<T> ForecastAsync<T>(SemaphoreSlim turn, FleetSnapshot snapshot, DateTimeOffset now, Func<BookingForecast, T> ask, CancellationToken cancellationToken)
    {
        var templates = await ReadTemplatesAsync(cancellationToken);
        await turn.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => ask(new BookingForecast(snapshot, templates, now, times, cancellationToken)), cancellationToken);
        }
        finally
        {
            turn.Release();
        }
    }

    private DateTimeOffset Horizon(DateTimeOffset now) => now.AddDays(options.Value.BookingHorizonDays);

    /// <exception cref="RefusedException">No slot of that lab is as long.</exception>
    public static void CheckDuration(LabletDefinition definition, int minutes)
    {
        if (minutes < 1 || minutes > definition.MaxDurationMinutes)
            throw RefusedException.Invalid("durationMinutes", $"{Counted.Of(minutes, "minute is", "minutes are")} outside what '{definition.Name}' allows.", $"Ask for 1 to {Counted.Of(definition.MaxDurationMinutes, "minute")}.");
    }

    private void CheckStart(string field, DateTimeOffset? start, DateTimeOffset now)
    {
        if (start < now - PastTolerance)
            throw RefusedException.Invalid(field, $"{start:u} is in the past.", $"Give a start from {now:u} on, or none for as soon as possible.");
        if (start > Horizon(now))
            throw RefusedException.Invalid(field, $"{start:u} is more than {options.Value.BookingHorizonDays} days away.", "Give a nearer start.");
    }
}

using System.Collections.Immutable;
using System.Text.Json;
using Ccm.Engine.Booking;

namespace Ccm.Portal.Api;

/// <summary>Why a slot cannot be had, in numbers, and which can.</summary>
/// <param name="At">The tightest instant.</param>
/// <param name="ShortOf">A field of the amounts, such as <c>memoryGb</c>; <c>worker</c>: nothing could ever take it; <c>region</c>: nothing is where it must be; <c>startUp</c>: no worker is ready before the slot ends.</param>
/// <param name="InPieces">There is enough in sum, but no one worker has it.</param>
/// <param name="Displaces">It would have a place, and a lab that was promised one before would lose its own.</param>
internal sealed record ShortageView(
    DateTimeOffset At, string ShortOf, bool InPieces, bool Displaces, Load Asked, Load Booked, Load Most, ImmutableArray<SlotView> FreeSlots)
{
    public static ShortageView Of(SlotShortage shortage) => new(shortage.At, JsonNamingPolicy.CamelCase.ConvertName(shortage.ShortOf.ToString()),
        shortage.InPieces, shortage.Displaces, shortage.Asked, shortage.Booked, shortage.Most, [.. shortage.FreeSlots.Select(SlotView.Of)]);
}

internal sealed record SlotView(DateTimeOffset TimeslotStart, DateTimeOffset TimeslotEnd)
{
    public static SlotView Of(FreeSlot slot) => new(slot.Start, slot.End);
}

/// <param name="Items">In order of time, so far apart that one worker could serve them all.</param>
internal sealed record FreeSlotsView(string DefinitionId, string Version, int DurationMinutes, ImmutableArray<SlotView> Items);

/// <summary>Where more of a lab would go. What is on existing, planned and added workers and nowhere comes to the count.</summary>
/// <param name="OnExisting">On workers that exist, started again where needed.</param>
/// <param name="OnPlanned">On workers that what is booked already has the fleet make.</param>
/// <param name="Restarted">Stopped workers that would be started.</param>
/// <param name="Added">Workers that would have to be made.</param>
/// <param name="CostPerHour">Of the added and restarted workers together.</param>
/// <param name="Reason">Why those have no place; null when all have.</param>
/// <param name="Forecast">The same in numbers.</param>
/// <param name="Displaced">Labs that were promised a place and would lose it.</param>
internal sealed record WhatIfView(
    string DefinitionId, string Version, int Count, DateTimeOffset? TimeslotStart, int DurationMinutes, int OnExisting, int OnPlanned, ImmutableArray<string> Restarted,
    ImmutableArray<AddedWorkers> Added, decimal CostPerHour, int Nowhere, string? Reason, ShortageView? Forecast, int Displaced);

using System.Collections.Immutable;

namespace Ccm.Engine.Booking;

/// <summary>Where more of a lab would go. <see cref="OnExisting"/>, <see cref="OnPlanned"/>, those on added workers and <see cref="Nowhere"/> come to what was asked.</summary>
/// <param name="OnExisting">On workers that exist, started again where needed.</param>
/// <param name="OnPlanned">On workers that what is booked already has the fleet make.</param>
/// <param name="Restarted">Stopped workers that would be started for them.</param>
/// <param name="Added">Workers that would have to be made, by template, the cheapest first.</param>
/// <param name="Nowhere">Those without a place when they need it.</param>
/// <param name="Why">Why the first of those has none; null when all have.</param>
/// <param name="Displaced">Labs that were promised a place and would lose it.</param>
public sealed record WhatIf(
    int Asked, int OnExisting, int OnPlanned, ImmutableArray<string> Restarted, ImmutableArray<AddedWorkers> Added, int Nowhere, SlotShortage? Why, int Displaced)
{
    /// <summary>Of the added and restarted workers together.</summary>
    public decimal CostPerHour { get; init; }

    internal static WhatIf Of(Playthrough played, List<Claim> asked, HashSet<string> lateAnyway)
    {
        var started = played.AskedOn.Where(on => on.Started).Select(on => on.Place).ToHashSet();
        var added = played.AskedOn.Where(on => on.Place.WorkerId is null && started.Contains(on.Place))
            .GroupBy(on => on.Place.Kind).OrderBy(group => group.Key.CostPerHour).ThenBy(group => group.Key.Template, StringComparer.Ordinal)
            .Select(group => new AddedWorkers(group.Key.Template, group.Select(on => on.Place).Distinct().Count(), group.Count(), group.Key.CostPerHour)).ToImmutableArray();
        var late = asked.Count(claim => played.Late.Contains(claim.Id));
        return new WhatIf(
            asked.Count,
            played.AskedOn.Count(on => on.Place.WorkerId is not null),
            played.AskedOn.Count(on => on.Place.WorkerId is null && !started.Contains(on.Place)),
            [.. started.Select(place => place.WorkerId).OfType<string>().Order(StringComparer.Ordinal)],
            added, late,
            late > 0 && played.Conflict is { Claim.Asked: true } conflict ? new SlotShortage(conflict, asked[0], []) : null,
            played.Late.Count(id => !lateAnyway.Contains(id)) - late)
        {
            CostPerHour = started.Sum(place => place.Kind.CostPerHour),
        };
    }
}

/// <param name="Instances">How many of the labs go on them.</param>
/// <param name="CostPerHour">Of one.</param>
public sealed record AddedWorkers(string Template, int Workers, int Instances, decimal CostPerHour);

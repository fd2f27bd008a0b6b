using System.Collections.Immutable;
using Ccm.Engine.Domain;

namespace Ccm.Engine.Booking;

/// <param name="Start">On a full minute.</param>
public sealed record FreeSlot(DateTimeOffset Start, DateTimeOffset End);

/// <summary>Why a slot cannot be had, in numbers, and which can.</summary>
/// <param name="At">The tightest instant: where somebody would be left without a place.</param>
/// <param name="ShortOf">What there is too little of then.</param>
/// <param name="Displaces">The lab itself has a place, but one that was promised before would lose its own.</param>
/// <param name="Asked">What the lab takes.</param>
/// <param name="Booked">Taken then, on workers of a kind that could take the one which is left without.</param>
/// <param name="Most">All that such workers can offer once the fleet has grown as far as it may.</param>
/// <param name="FreeSlots">The nearest, in order of time.</param>
public sealed record SlotShortage(
    DateTimeOffset At, ForecastLimit ShortOf, bool Displaces, Load Asked, Load Booked, Load Most, ImmutableArray<FreeSlot> FreeSlots)
{
    internal SlotShortage(Conflict conflict, Claim asked, ImmutableArray<FreeSlot> freeSlots)
        : this(conflict.At, conflict.Limit, !conflict.Claim.Asked, Load.Of(asked), conflict.Booked, conflict.Most, freeSlots) =>
        (Region, Regions) = (asked.Request.Region, conflict.Regions);

    /// <summary>The one that is asked for; empty: any.</summary>
    public string Region { get; } = "";

    /// <summary>Those in which there are workers or can be.</summary>
    public ImmutableArray<string> Regions { get; } = [];

    /// <summary>There is enough of everything in sum, but no one worker has it.</summary>
    public bool InPieces => ShortOf < ForecastLimit.Worker && Asked[ShortOf] + Booked[ShortOf] <= Most[ShortOf];

    /// <summary>The numbers in words: what is asked for, what is booked, and the most there can be.</summary>
    public string Reason => ShortOf switch
    {
        ForecastLimit.Region => $"No worker that exists, and none that an enabled template makes, is in region {Region}.",
        ForecastLimit.Worker => $"No worker that exists, and none that an enabled template makes, takes this lab: it needs {Counted.Of(Asked.CpuCores, "core")}, {Counted.Number(Asked.MemoryGb)} GB of memory, {Counted.Number(Asked.StorageGb)} GB of storage, "
            + $"{Counted.Of(Asked.Nodes, "licensed node")} and {Counted.Of(Asked.Ports, "port")} on one worker of its licence and CML version{(Region.Length > 0 ? $" in region {Region}" : "")}.",
        ForecastLimit.StartUp => "No worker could be ready before the slot ends: those that run are full, and starting another takes longer.",
        _ => $"At {At:u} {Words(ShortOf)} would run short: {Counted.Number(Asked[ShortOf])} asked for, {Counted.Number(Booked[ShortOf])} booked already, {Counted.Number(Most[ShortOf])} the most that the fleet can grow to"
            + (InPieces ? ", and what is left lies in pieces of which none is large enough" : "")
            + (Displaces ? "; a lab that was promised its place before would lose it." : "."),
    };

    /// <summary>What to do instead.</summary>
    public string Fix => ShortOf == ForecastLimit.Region
        ? $"An admin can make or enable a worker template there; or ask for one of the regions that there are: {(Regions.IsEmpty ? "none yet" : string.Join(", ", Regions))}."
        : ShortOf == ForecastLimit.Worker ? "An admin can make or enable a worker template that takes it; or reserve it as soon as possible to wait for one."
        : FreeSlots.IsEmpty ? "No free slot was found within the booking horizon: give a shorter duration, or reserve it as soon as possible."
        : $"Nearest free slots start at {string.Join(", ", FreeSlots.Select(slot => $"{slot.Start:u}"))}.";

    private static string Words(ForecastLimit limit) => limit switch
    {
        ForecastLimit.CpuCores => "CPU cores",
        ForecastLimit.MemoryGb => "memory (GB)",
        ForecastLimit.StorageGb => "storage (GB)",
        ForecastLimit.Nodes => "licensed nodes",
        _ => "console ports",
    };
}

/// <summary>Why a slot cannot be made longer.</summary>
/// <param name="NeededBy">The first that would lose its promised place.</param>
/// <param name="NeededFrom">When it takes it.</param>
/// <param name="Latest">The latest end that can be had; null when none after the present one.</param>
public sealed record ExtensionShortage(string NeededBy, DateTimeOffset NeededFrom, DateTimeOffset? Latest);

namespace Ccm.Engine.Booking;

/// <summary>What the forecast says of a slot before it is reserved.</summary>
/// <param name="Shortage">Why the lab cannot have it; null: it can.</param>
/// <param name="Free">How many of the lab could be booked for it, counted up to <see cref="MostCounted"/>; 0 with a shortage.</param>
/// <param name="OrMore">Whether there may be more than were counted.</param>
/// <param name="Most">How many of the lab the whole fleet could hold, were nothing else booked.</param>
public sealed record SlotOutlook(SlotShortage? Shortage, int Free, bool OrMore, long Most)
{
    /// <summary>More need not be known to whoever reserves one, and each takes part in the play.</summary>
    public const int MostCounted = 20;
}

using System.ComponentModel.DataAnnotations;

namespace Ccm.Engine.Control;

/// <summary>Settings under <c>Ccm:Control</c>.</summary>
public sealed class ControlOptions
{
    public const string Section = "Ccm:Control";

    /// <summary>Operations waiting for the audit trail at which people's mutations are refused.</summary>
    [Range(10, 1_000_000)]
    public int OutboxLimit { get; init; } = 10_000;

    /// <summary>The farthest start of a timeslot from now, days.</summary>
    [Range(1, 3650)]
    public int BookingHorizonDays { get; init; } = 365;
}

using System.ComponentModel.DataAnnotations;

namespace Ccm.Engine.Hosts;

/// <summary>Settings under <c>Ccm:Simulator</c>.</summary>
public sealed class SimulatorOptions
{
    public const string Section = "Ccm:Simulator";

    /// <summary>Divides simulated durations and their planning estimates, never timeslots; 1 is real time.</summary>
    [Range(0.001, 1_000_000)]
    public double Speed { get; init; } = 60;

    /// <summary>Share of lab starts that fail, 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double StartFailureRate { get; init; }

    /// <summary>Share of hosts that boot slowly, 0 to 1; the worker's id decides which.</summary>
    [Range(0.0, 1.0)]
    public double SlowBootRate { get; init; }

    /// <summary>A slow boot takes so many times as long.</summary>
    [Range(1.0, 100.0)]
    public double SlowBootFactor { get; init; } = 5;

    /// <summary>Share of hosts that vanish for good within an hour of their first boot (simulated time), 0 to 1; the worker's id decides which and when.</summary>
    [Range(0.0, 1.0)]
    public double LostHostRate { get; init; }
}

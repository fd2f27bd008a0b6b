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
}

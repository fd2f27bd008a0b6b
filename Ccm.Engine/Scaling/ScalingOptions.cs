using System.ComponentModel.DataAnnotations;

namespace Ccm.Engine.Scaling;

/// <summary>Settings under <c>Ccm:Scaling</c>.</summary>
public sealed class ScalingOptions
{
    public const string Section = "Ccm:Scaling";

    /// <summary>A worker empty for so long is idle.</summary>
    public TimeSpan IdleCooldown { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>A worker stopped for so long is given back.</summary>
    public TimeSpan StoppedLimit { get; init; } = TimeSpan.FromHours(4);

    /// <summary>Workers ordered in one pass at the most.</summary>
    [Range(1, 1000)]
    public int MaxOrdersAtOnce { get; init; } = 50;
}

using System.ComponentModel.DataAnnotations;

namespace Ccm.Engine.Scaling;

/// <summary>Settings under <c>Ccm:Scaling</c>.</summary>
public sealed class ScalingOptions : IValidatableObject
{
    public const string Section = "Ccm:Scaling";

    private static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    /// <summary>A worker empty for so long is idle.</summary>
    public TimeSpan IdleCooldown { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>A worker stopped for so long is given back.</summary>
    public TimeSpan StoppedLimit { get; init; } = TimeSpan.FromHours(4);

    /// <summary>Workers ordered in one pass at the most.</summary>
    [Range(1, 1000)]
    public int MaxOrdersAtOnce { get; init; } = 50;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (IdleCooldown < TimeSpan.Zero || IdleCooldown > Longest)
            yield return new ValidationResult($"{Section}:IdleCooldown is {IdleCooldown}: give 00:00:00 to {Longest}.", [nameof(IdleCooldown)]);
        if (StoppedLimit < TimeSpan.Zero || StoppedLimit > Longest)
            yield return new ValidationResult($"{Section}:StoppedLimit is {StoppedLimit}: give 00:00:00 to {Longest}.", [nameof(StoppedLimit)]);
        else if (StoppedLimit < IdleCooldown)
            yield return new ValidationResult($"{Section}:StoppedLimit is {StoppedLimit}, shorter than {Section}:IdleCooldown with {IdleCooldown}: "
                + "a worker would be given back sooner after its stop than it is called idle. Raise the one or lower the other.", [nameof(StoppedLimit)]);
    }
}

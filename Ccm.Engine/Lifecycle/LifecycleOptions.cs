using System.ComponentModel.DataAnnotations;

namespace Ccm.Engine.Lifecycle;

/// <summary>Settings under <c>Ccm:Lifecycle</c>.</summary>
public sealed class LifecycleOptions : IValidatableObject
{
    public const string Section = "Ccm:Lifecycle";

    private static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    /// <summary>Kept before every slot, minutes.</summary>
    [Range(0, 1440)]
    public int LeadMarginMinutes { get; init; } = 5;

    /// <summary>A host silent for so long has FAILED.</summary>
    public TimeSpan UnreachableLimit { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>An instance COLLECTING for so long ends: its evidence was not gathered.</summary>
    public TimeSpan CollectingLimit { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>An instance GRADING for so long ends: its score did not come.</summary>
    public TimeSpan GradingLimit { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Look at everything again, watch or no watch.</summary>
    public TimeSpan Sweep { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often it is done: hosts are asked how they are once each time, and none may be silent for longer than the limit unseen.</summary>
    internal TimeSpan SweepEvery => Sweep < UnreachableLimit ? Sweep : UnreachableLimit;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (UnreachableLimit <= TimeSpan.Zero || UnreachableLimit > TimeSpan.FromDays(1))
            yield return new ValidationResult($"{Section}:UnreachableLimit is {UnreachableLimit}: give more than 00:00:00, since any host is silent for a moment, and at most 1.00:00:00.", [nameof(UnreachableLimit)]);
        foreach (var (name, limit) in new[] { (nameof(CollectingLimit), CollectingLimit), (nameof(GradingLimit), GradingLimit) })
        {
            if (limit <= TimeSpan.Zero || limit > Longest)
                yield return new ValidationResult($"{Section}:{name} is {limit}: give more than 00:00:00, or every assessment ends as Failed at once, and at most {Longest}.", [name]);
        }
        if (Sweep <= TimeSpan.Zero || Sweep > TimeSpan.FromHours(1))
            yield return new ValidationResult($"{Section}:Sweep is {Sweep}: give more than 00:00:00 and at most 01:00:00.", [nameof(Sweep)]);
    }
}

/// <summary>Settings under <c>Ccm:Retention</c>.</summary>
public sealed class RetentionOptions : IValidatableObject
{
    public const string Section = "Ccm:Retention";

    /// <summary>Keys of what is TERMINATED go after so long; the audit trail keeps its story.</summary>
    public TimeSpan Terminated { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Audit events are forgotten after so many days; 3 to 12 months.</summary>
    [Range(90, 366)]
    public int AuditDays { get; init; } = 183;

    /// <summary>History of the state store that watchers can still resume from.</summary>
    public TimeSpan History { get; init; } = TimeSpan.FromHours(1);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Terminated < TimeSpan.Zero || Terminated > TimeSpan.FromDays(366))
            yield return new ValidationResult($"{Section}:Terminated is {Terminated}: give 00:00:00 to 366.00:00:00.", [nameof(Terminated)]);
        if (History <= TimeSpan.Zero || History > TimeSpan.FromDays(366))
            yield return new ValidationResult($"{Section}:History is {History}: give more than 00:00:00 and at most 366.00:00:00.", [nameof(History)]);
    }
}

using System.ComponentModel.DataAnnotations;

namespace Ccm.Engine.Lifecycle;

/// <summary>Settings under <c>Ccm:Lifecycle</c>.</summary>
public sealed class LifecycleOptions
{
    public const string Section = "Ccm:Lifecycle";

    /// <summary>Kept before every slot, minutes.</summary>
    [Range(0, 1440)]
    public int LeadMarginMinutes { get; init; } = 5;

    /// <summary>A host silent for so long has FAILED.</summary>
    public TimeSpan UnreachableLimit { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Look at everything again, watch or no watch.</summary>
    public TimeSpan Sweep { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>Settings under <c>Ccm:Retention</c>.</summary>
public sealed class RetentionOptions
{
    public const string Section = "Ccm:Retention";

    /// <summary>Keys of what is TERMINATED go after so long; the audit trail keeps its story.</summary>
    public TimeSpan Terminated { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Audit events are forgotten after so many days; 3 to 12 months.</summary>
    [Range(90, 366)]
    public int AuditDays { get; init; } = 183;

    /// <summary>History of the state store that watchers can still resume from.</summary>
    public TimeSpan History { get; init; } = TimeSpan.FromHours(1);
}

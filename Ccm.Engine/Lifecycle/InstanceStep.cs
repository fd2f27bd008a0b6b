using Ccm.Engine.Domain;

namespace Ccm.Engine.Lifecycle;

/// <summary>What to do next with an instance.</summary>
internal abstract record InstanceStep
{
    /// <summary>One transition of the table; <paramref name="Change"/> sets what goes with it.</summary>
    public sealed record Advance(InstanceState To, string Reason, Func<LabletInstance, LabletInstance> Change) : InstanceStep;

    /// <summary>A change of target that is no transition.</summary>
    public sealed record Note(string Reason, Func<LabletInstance, LabletInstance> Change) : InstanceStep;

    /// <summary>Something on the host, then the transition that follows from its answer.</summary>
    public sealed record Act(HostAct What) : InstanceStep;

    /// <summary>Nothing before that time, or, null, before something changes.</summary>
    public sealed record Wait(DateTimeOffset? Until) : InstanceStep;
}

internal enum HostAct { Import, Start, AwaitStart, Stop, Remove }

namespace Ccm.Tests.Faults;

/// <summary>Fault tests run one after the other and beside nothing else: each starts several processes, and takes some of them away.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class FaultCollection
{
    public const string Name = "Faults";
}

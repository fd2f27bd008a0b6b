using System.ComponentModel.DataAnnotations;

namespace Ccm.Engine.Leadership;

/// <summary>Settings under <c>Ccm:Leadership</c>.</summary>
public sealed class LeadershipOptions : IValidatableObject
{
    public const string Section = "Ccm:Leadership";

    /// <summary>After so long without a keep-alive another replica may lead. At least 2 s: etcd's servers grant no less.</summary>
    public TimeSpan LeaseTtl { get; init; } = TimeSpan.FromSeconds(5);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (LeaseTtl < TimeSpan.FromSeconds(2) || LeaseTtl > TimeSpan.FromMinutes(5))
            yield return new ValidationResult($"{Section}:LeaseTtl is {LeaseTtl}: give 00:00:02 to 00:05:00.", [nameof(LeaseTtl)]);
    }
}

/// <summary>This process among its replicas.</summary>
/// <param name="Id">Unique; <c>Ccm:ReplicaId</c>, else host name and random digits.</param>
/// <param name="Address">Where people reach it; informative.</param>
public sealed record Replica(string Id, string Address);

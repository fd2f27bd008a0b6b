using System.ComponentModel.DataAnnotations;
using Ccm.Engine.Hosts.Cml;

namespace Ccm.Engine.Hosts.Static;

/// <summary>Settings under <c>Ccm:Hosts</c>: hosts that are there already.</summary>
public sealed class HostsOptions : IValidatableObject
{
    public const string Section = "Ccm:Hosts";

    /// <summary>By name, as in <c>Ccm:Hosts:Static:lab-1:Url</c>.</summary>
    public Dictionary<string, StaticHostOptions> Static { get; init; } = [];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var problem in Static.SelectMany(host => host.Value.Problems($"{Section}:{nameof(Static)}:{host.Key}")))
            yield return new ValidationResult(problem);
        foreach (var twice in Static.Where(host => Uri.TryCreate(host.Value.Url, UriKind.Absolute, out _)).GroupBy(host => new Uri(host.Value.Url).GetLeftPart(UriPartial.Authority)).Where(group => group.Count() > 1))
            yield return new ValidationResult($"{string.Join(" and ", twice.Select(host => $"{Section}:{nameof(Static)}:{host.Key}:{nameof(CmlHostOptions.Url)}"))} are the same host, which would then be given to two workers: name it once.");
    }
}

/// <summary>One listed host: a CML, and which template's workers it may be.</summary>
public sealed class StaticHostOptions : CmlHostOptions
{
    /// <summary>Only workers of this template may have it; empty: of any template whose provider is <c>static</c>.</summary>
    public string Template { get; init; } = "";
}

using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Ccm.Engine.Domain;

/// <summary>Which documents of a definition count, under <c>/ccm/definitions/{name}</c>; its status is here and nowhere else.</summary>
public sealed record DefinitionPointer
{
    public DefinitionStatus Status { get; init; } = DefinitionStatus.Active;

    /// <summary>In order of publication; the last is the one reserved by default. Empty: nothing is published.</summary>
    public ImmutableArray<PublishedVersion> Versions { get; init; } = [];

    [JsonIgnore]
    public string? Latest => Versions.IsEmpty ? null : Versions[^1].Version;
}

/// <param name="LabSha256">Of the lab source: which versions have the same lab is known without their documents.</param>
public sealed record PublishedVersion(string Version, string LabSha256, DateTimeOffset At, string By);

/// <summary>Which revision of a template counts, and how many workers it has, under <c>/ccm/templates/{name}</c>.</summary>
/// <param name="Revision">The newest; 0 when nothing is published.</param>
/// <param name="Workers">Workers created from it that are not TERMINATED.</param>
public sealed record TemplatePointer(int Revision, ImmutableArray<int> Revisions, int Workers, bool Deleted);

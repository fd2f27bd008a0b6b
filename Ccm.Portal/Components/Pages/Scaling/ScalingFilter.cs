using System.Collections.Immutable;
using System.Globalization;
using Ccm.Engine.Control;
using Ccm.Engine.Documents;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Pages.Scaling;

/// <summary>Which decisions are shown; it stands in the page's address.</summary>
/// <param name="Kind">One of <see cref="Kinds"/>; empty: all.</param>
/// <param name="Template">Empty: of any.</param>
/// <param name="Hours">No older ones; 0: however old.</param>
public sealed record ScalingFilter(string Kind, string Template, int Hours)
{
    public static readonly ImmutableArray<int> Ages = [1, 6, 24, 168];

    public static readonly ImmutableArray<ScalingKind> Kinds =
    [
        new("grown", EventTypes.ScalingUpDecided, "Grows", "▲"),
        new("not-grown", EventTypes.ScalingUpSkipped, "Does not grow", "△"),
        new("shrunk", EventTypes.ScalingDownDecided, "Shrinks", "▼"),
        new("not-shrunk", EventTypes.ScalingDownSkipped, "Does not shrink", "▽"),
    ];

    /// <summary>From the query of an address; what makes no sense counts as not there.</summary>
    public static ScalingFilter Read(string? kind, string? template, string? hours) => new(
        Kinds.FirstOrDefault(known => string.Equals(known.Word, kind, StringComparison.OrdinalIgnoreCase))?.Word ?? "", template ?? "",
        int.TryParse(hours, NumberStyles.None, CultureInfo.InvariantCulture, out var age) && Ages.Contains(age) ? age : 0);

    /// <summary>Of what was read from the trail.</summary>
    public bool Shows(Decision decision) => Template.Length == 0 || decision.Concerns(Template);

    public string Address(NavigationManager navigation) => navigation.GetUriWithQueryParameters("/scaling", new Dictionary<string, object?>
    {
        ["kind"] = Kind.Length == 0 ? null : Kind,
        ["template"] = Template.Length == 0 ? null : Template,
        ["hours"] = Hours == 0 ? null : Hours,
    });

    /// <summary>What to ask the trail for; the template is looked for in the answer.</summary>
    public AuditQuery Query(DateTimeOffset now, int limit, long? before) => new(
        Type: Kinds.FirstOrDefault(known => known.Word == Kind)?.Type ?? "ccm.scaling.*",
        From: Hours == 0 ? null : now.AddHours(-Hours), Before: before, Limit: limit);
}

/// <param name="Type">Of its events.</param>
/// <param name="Name">In words.</param>
/// <param name="Sign">Says the same without words.</param>
public sealed record ScalingKind(string Word, string Type, string Name, string Sign);

using System.Globalization;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Portal.Live;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Pages.Instances;

/// <summary>What of the instances is shown and how it is sorted; it stands in the page's address.</summary>
public sealed record InstanceFilter(string Text, InstanceState? State, string Sort, bool Descending)
{
    public static readonly InstanceFilter None = new("", null, "Since", true);

    public static readonly string[] Columns = ["Instance", "State", "Lab", "Owner", "Worker", "Slot", "Since"];

    /// <summary>From the query of an address; what makes no sense counts as not there.</summary>
    public static InstanceFilter Read(string? text, string? state, string? sort, string? order)
    {
        var column = Columns.FirstOrDefault(column => string.Equals(column, sort, StringComparison.OrdinalIgnoreCase));
        return new InstanceFilter(text ?? "", Words.ValueOf<InstanceState>(state), column ?? None.Sort, order switch { "desc" => true, "asc" => false, _ => column is null });
    }

    public string Address(NavigationManager navigation) => navigation.GetUriWithQueryParameters("/instances", new Dictionary<string, object?>
    {
        ["q"] = Text.Length == 0 ? null : Text,
        ["state"] = State?.ToString().ToUpperInvariant(),
        ["sort"] = Sort == None.Sort && Descending ? null : Sort.ToLowerInvariant(),
        ["order"] = Sort == None.Sort && Descending ? null : Descending ? "desc" : "asc",
    });

    public List<InstanceEntry> Apply(IEnumerable<InstanceEntry> entries)
    {
        var found = entries.Where(entry => (State is null || entry.Value.State == State) && Matches(entry));
        var sorted = Sort switch
        {
            "Instance" => found.OrderBy(entry => entry.Id, StringComparer.Ordinal),
            "State" => found.OrderBy(entry => entry.Value.State),
            "Lab" => found.OrderBy(entry => entry.Value.DefinitionId, StringComparer.Ordinal),
            "Owner" => found.OrderBy(entry => entry.Value.OwnerId, StringComparer.Ordinal),
            "Worker" => found.OrderBy(entry => entry.WorkerId, StringComparer.Ordinal),
            "Slot" => found.OrderBy(entry => entry.Value.TimeslotStart ?? DateTimeOffset.MaxValue),
            _ => found.OrderBy(entry => entry.Value.LastTransition.At),
        };
        var rows = sorted.ThenBy(entry => entry.Id, StringComparer.Ordinal).ToList();
        if (Descending)
            rows.Reverse();
        return rows;
    }

    private bool Matches(InstanceEntry entry) => Text.Length == 0 || Contains(entry.Id) || Contains(entry.Value.DefinitionId) || Contains(entry.Value.OwnerId) || Contains(entry.WorkerId)
        || Contains(string.Create(CultureInfo.InvariantCulture, $"{entry.Value.Outcome}"));

    private bool Contains(string? value) => value?.Contains(Text, StringComparison.OrdinalIgnoreCase) == true;
}

using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Portal.Components.Grid;

namespace Ccm.Portal.Components.Pages.Definitions;

/// <summary>All definitions as their table shows them.</summary>
internal static class DefinitionRows
{
    /// <summary>Every definition that is not deleted, with its newest version.</summary>
    public static List<(string Name, string Version)> Newest(FleetSnapshot fleet) => [.. Shown(fleet).Select(pair => (pair.Key, pair.Value.Latest!))];

    /// <param name="definitions">What is known of the newest versions, by name.</param>
    /// <param name="live">Instances that have not ended, by definition.</param>
    public static List<DefinitionTable.Row> Of(FleetSnapshot fleet, Dictionary<string, LabletDefinition> definitions, Dictionary<string, int> live) =>
        [.. Shown(fleet).Select(pair => new DefinitionTable.Row(pair.Key, pair.Value, definitions.GetValueOrDefault(pair.Key), live.GetValueOrDefault(pair.Key)))];

    /// <summary>How many instances of each definition have not ended.</summary>
    public static Dictionary<string, int> Live(FleetSnapshot fleet) =>
        fleet.Instances.Values.Where(entry => entry.Value.State != InstanceState.Terminated).CountBy(entry => entry.Value.DefinitionId).ToDictionary();

    public static async Task<IEnumerable<DefinitionTable.Row>> ReadAsync(ExportAsked asked)
    {
        var definitions = await asked.Control.ReadDefinitionsAsync(Newest(asked.Fleet), asked.Http.RequestAborted);
        return Of(asked.Fleet, definitions.ToDictionary(definition => definition.Name), Live(asked.Fleet));
    }

    private static IEnumerable<KeyValuePair<string, DefinitionPointer>> Shown(FleetSnapshot fleet) =>
        fleet.Definitions.Where(pair => pair.Value.Value is { Status: not DefinitionStatus.Deleted, Latest: not null }).Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Value));
}

using System.Collections.Immutable;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Scheduling;
using Ccm.Engine.Watching;
using Ccm.Portal.Components.Grid;

namespace Ccm.Portal.Components.Pages.Templates;

/// <summary>All templates in their newest revisions, and which of the published labs an empty worker of each would take.</summary>
/// <param name="Takes">How many, by template.</param>
/// <param name="Labs">How many there are.</param>
internal sealed record TemplateRows(ImmutableArray<WorkerTemplate> Templates, Dictionary<string, int> Takes, int Labs)
{
    public static async Task<TemplateRows> ReadAsync(ControlPlane control, FleetSnapshot fleet, CancellationToken cancellationToken)
    {
        var templates = await control.ReadTemplatesAsync(cancellationToken);
        var active = fleet.Definitions.Where(pair => pair.Value.Value is { Status: DefinitionStatus.Active, Latest: not null }).Select(pair => (pair.Key, pair.Value.Value.Latest!)).ToList();
        var requests = (await control.ReadDefinitionsAsync(active, cancellationToken)).Where(definition => definition.NodeCount > 0).Select(LabRequest.Of).ToList();
        return new TemplateRows(templates, templates.ToDictionary(template => template.Name, template => requests.Count(request => DryRun.Takes(template, request)), StringComparer.Ordinal), requests.Count);
    }

    public static async Task<IEnumerable<TemplateTable.Row>> ReadAsync(ExportAsked asked) =>
        asked.Actor.May(Permission.ReadAll) ? (await ReadAsync(asked.Control, asked.Fleet, asked.Http.RequestAborted)).Of(asked.Fleet) : [];

    public List<TemplateTable.Row> Of(FleetSnapshot fleet)
    {
        var use = TemplateUse.Of(fleet);
        return [.. Templates.Select(template => Row(template, use.GetValueOrDefault(template.Name, TemplateUse.None)))];
    }

    private TemplateTable.Row Row(WorkerTemplate template, TemplateUse use) => new(
        template, use.Workers.Length, string.Join(", ", use.ByState.Select(state => $"{state.Count} {state.State.ToString().ToUpperInvariant()}")), $"{Counted.Number(Takes[template.Name])} of {Counted.Of(Labs, "lab")}");
}

using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.Scheduling;
using Ccm.Engine.Watching;

namespace Ccm.Portal.Components.Pages.Templates;

/// <summary>All kinds of worker, with what there is of each and which labs it would take.</summary>
public sealed partial class TemplatesPage
{
    private List<TemplateTable.Row> _rows = [];
    private ImmutableArray<WorkerTemplate> _templates = [];
    private Dictionary<string, int> _takes = [];
    private int _labs;
    private bool _read;

    protected override Task OnInitializedAsync() => ReadAsync();

    protected override bool Apply(FleetChange change)
    {
        if (change.IsResync || change.Templates || change.Definitions)
            Begin(ReadAsync);
        if (!change.IsResync && change.Workers.IsEmpty)
            return false;
        Select();
        return true;
    }

    private void Select()
    {
        var use = TemplateUse.Of(Fleet);
        _rows = [.. _templates.Select(template => Row(template, use.GetValueOrDefault(template.Name, TemplateUse.None)))];
    }

    private TemplateTable.Row Row(WorkerTemplate template, TemplateUse use) => new(
        template, use.Workers.Length, string.Join(", ", use.ByState.Select(state => $"{state.Count} {state.State.ToString().ToUpperInvariant()}")), $"{_takes[template.Name]} of {_labs} labs");

    protected override async Task ReadDocumentsAsync()
    {
        if (!May(Permission.ReadAll))
            return;
        var templates = await Control.ReadTemplatesAsync(Left);
        var active = Fleet.Definitions.Where(pair => pair.Value.Value is { Status: DefinitionStatus.Active, Latest: not null }).Select(pair => (pair.Key, pair.Value.Value.Latest!)).ToList();
        var requests = (await Control.ReadDefinitionsAsync(active, Left)).Where(definition => definition.NodeCount > 0).Select(LabRequest.Of).ToList();
        _takes = templates.ToDictionary(template => template.Name, template => requests.Count(request => DryRun.Takes(template, request)), StringComparer.Ordinal);
        (_templates, _labs, _read) = (templates, requests.Count, true);
        Select();
    }
}

using System.Collections.Immutable;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Scheduling;
using Ccm.Engine.Watching;

namespace Ccm.Portal.Components.Pages.Templates;

/// <summary>All kinds of worker, with what there is of each and which labs it would take.</summary>
public sealed partial class TemplatesPage
{
    private ImmutableArray<WorkerTemplate> _rows = [];
    private ImmutableDictionary<string, TemplateUse> _use = ImmutableDictionary<string, TemplateUse>.Empty;
    private Dictionary<string, int> _takes = [];
    private int _definitions;
    private string? _problem;
    private bool _read;

    protected override async Task OnInitializedAsync()
    {
        _use = TemplateUse.Of(Fleet);
        await ReadAsync();
    }

    protected override bool Apply(FleetChange change)
    {
        if (change.IsResync || change.Templates || change.Definitions)
            Begin(ReadAsync);
        if (!change.IsResync && change.Workers.IsEmpty)
            return false;
        _use = TemplateUse.Of(Fleet);
        return true;
    }

    private async Task ReadAsync()
    {
        if (!May(Permission.ReadAll))
            return;
        try
        {
            var rows = await Control.ReadTemplatesAsync(Left);
            _rows = [.. rows.OrderBy(template => template.CostPerHour).ThenBy(template => template.Name, StringComparer.Ordinal)];
            var active = Fleet.Definitions.Where(pair => pair.Value.Value is { Status: DefinitionStatus.Active, Latest: not null }).Select(pair => (pair.Key, pair.Value.Value.Latest!)).ToList();
            var requests = (await Control.ReadDefinitionsAsync(active, Left)).Where(definition => definition.NodeCount > 0).Select(LabRequest.Of).ToList();
            _definitions = requests.Count;
            _takes = _rows.ToDictionary(template => template.Name, template => requests.Count(request => DryRun.Takes(template, request)), StringComparer.Ordinal);
            _problem = null;
        }
        catch (RefusedException refused)
        {
            _problem = refused.Message;
        }
        catch (OperationCanceledException) when (Left.IsCancellationRequested)
        {
            return;
        }
        _read = true;
        StateHasChanged();
    }
}

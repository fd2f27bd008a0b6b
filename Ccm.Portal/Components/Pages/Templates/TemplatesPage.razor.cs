using System.Collections.Immutable;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Scheduling;
using Ccm.Engine.Watching;

namespace Ccm.Portal.Components.Pages.Templates;

/// <summary>All kinds of worker, with what there is of each and which labs it would take.</summary>
public sealed partial class TemplatesPage
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(5);
    private List<TemplateTable.Row> _rows = [];
    private ImmutableArray<WorkerTemplate> _templates = [];
    private Dictionary<string, int> _takes = [];
    private int _labs;
    private string? _problem;
    private bool _read;
    private bool _retrying;

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

    private async Task ReadAsync()
    {
        if (!May(Permission.ReadAll))
            return;
        try
        {
            var templates = await Control.ReadTemplatesAsync(Left);
            var active = Fleet.Definitions.Where(pair => pair.Value.Value is { Status: DefinitionStatus.Active, Latest: not null }).Select(pair => (pair.Key, pair.Value.Value.Latest!)).ToList();
            var requests = (await Control.ReadDefinitionsAsync(active, Left)).Where(definition => definition.NodeCount > 0).Select(LabRequest.Of).ToList();
            _takes = templates.ToDictionary(template => template.Name, template => requests.Count(request => DryRun.Takes(template, request)), StringComparer.Ordinal);
            (_templates, _labs, _problem, _read) = (templates, requests.Count, null, true);
            Select();
        }
        catch (RefusedException refused)
        {
            _problem = $"{refused.Problems[0].Reason} It is tried again by itself.";
            RetryLater();
        }
        catch (OperationCanceledException) when (Left.IsCancellationRequested)
        {
            return;
        }
        StateHasChanged();
    }

    /// <summary>The documents tell nobody that they are back.</summary>
    private void RetryLater()
    {
        if (_retrying)
            return;
        _retrying = true;
        Begin(async () =>
        {
            await Task.Delay(RetryPause, Time, Left);
            _retrying = false;
            await ReadAsync();
        });
    }
}

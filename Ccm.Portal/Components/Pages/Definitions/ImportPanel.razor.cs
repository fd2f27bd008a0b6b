using System.Collections.Immutable;
using System.Text;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Labs;
using Ccm.Engine.Watching;
using Ccm.Portal.Components.Pages.Definitions.Editing;
using Ccm.Portal.Live;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using MudBlazor;

namespace Ccm.Portal.Components.Pages.Definitions;

/// <summary>Takes a lab file, shows what is read from it, and publishes it once the person agrees.</summary>
public sealed partial class ImportPanel
{
    private string _fileName = "";
    private string _yaml = "";
    private string _name = "";
    private string _version = "";
    private string _suggestedName = "";
    private string _suggestedVersion = "";
    private int _minutes = 240;
    private string _region = "";
    private bool _listening;
    private bool _reading;
    private bool _busy;
    private LabTopology? _topology;
    private LabEstimate? _estimate;
    private LabletDefinition? _read;
    private LabletDefinition? _newest;
    private ImmutableArray<string> _problems = [];
    private Operation _operation = Operation.New();

    /// <summary>The name of what was published.</summary>
    [Parameter]
    public EventCallback<string> OnPublished { get; set; }

    [CascadingParameter]
    private Actor? Actor { get; set; }

    [Inject]
    private ControlPlane Control { get; set; } = null!;

    [Inject]
    private WatchCache Cache { get; set; } = null!;

    [Inject]
    private ILogger<ImportPanel> Log { get; set; } = null!;

    [Inject]
    private Handover Handover { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private ISnackbar Snackbar { get; set; } = null!;

    /// <summary>The file input listens once its script has been told to, which goes out after this render; what is dropped earlier would be lost.</summary>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
            return;
        await Task.Yield();
        _listening = true;
        StateHasChanged();
    }

    private async Task ReadAsync(InputFileChangeEventArgs chosen)
    {
        // A browser tells of no file at all when somebody opens the choice again and leaves it.
        if (chosen.FileCount == 0)
            return;
        Forget();
        _reading = true;
        StateHasChanged();
        try
        {
            var upload = await LabUpload.ReadAsync(chosen, Log);
            (_fileName, _yaml) = (upload.FileName, upload.Yaml);
            if (upload.Problem is { } problem)
            {
                _problems = [problem];
                return;
            }
            _topology = LabFile.Parse(_yaml);
            _estimate = LabEstimate.Of(_topology);
            _read = ControlPlane.Preview(Request, _topology);
            await SuggestAsync();
        }
        catch (LabRefusedException refused)
        {
            _problems = [.. refused.Problems.Select(problem => $"{(problem.Line is { } line ? $"Line {line}: " : "")}{problem.Reason} {problem.Fix}")];
        }
        finally
        {
            _reading = false;
        }
    }

    private PublishRequest Request => new() { Name = _name.Trim(), Version = _version.Trim(), LabYaml = _yaml, MaxDurationMinutes = _minutes, Region = _region.Trim() };

    private async Task PublishAsync()
    {
        (_busy, _problems) = (true, []);
        try
        {
            await Control.PublishAsync(Actor!, _operation, Request, CancellationToken.None);
            Snackbar.Add($"{_name} {_version} is published.", Severity.Success);
            var published = _name.Trim();
            Clear();
            await OnPublished.InvokeAsync(published);
        }
        catch (RefusedException refused)
        {
            _problems = [.. refused.Problems.Select(problem => $"{(problem.Field is { } field ? $"{field}: " : "")}{problem.Reason} {problem.Fix}")];
            _operation = Operation.New();
        }
        catch (Exception exception)
        {
            _problems = [Faults.Describe(exception, Log)];
        }
        finally
        {
            _busy = false;
        }
    }

    /// <summary>To the editor, whatever is wrong with it: there it can be mended.</summary>
    private void Edit()
    {
        var name = _name.Trim();
        Handover.Put(new Handover.Work(_yaml, name));
        Navigation.NavigateTo(Cache.Current.Definitions.GetValueOrDefault(name)?.Value is { Status: DefinitionStatus.Active, Latest: not null } ? $"/definitions/{name}/edit" : "/definitions/new");
    }

    private void Clear()
    {
        Forget();
        (_name, _version, _suggestedName, _suggestedVersion, _minutes, _region) = ("", "", "", "", 240, "");
    }

    /// <summary>The file; what was typed stays for the next one.</summary>
    private void Forget()
    {
        (_fileName, _yaml, _topology, _estimate, _read, _newest, _problems) = ("", "", null, null, null, null, []);
        _operation = Operation.New();
    }

    /// <summary>A name from the lab's title and the version after that name's newest, wherever the person typed none of their own.</summary>
    private Task SuggestAsync()
    {
        var suggested = Slug(_topology is { Title.Length: > 0 } topology ? topology.Title : Path.GetFileNameWithoutExtension(_fileName));
        if (_name == _suggestedName)
            _name = suggested;
        _suggestedName = suggested;
        return SuggestVersionAsync();
    }

    private async Task SuggestVersionAsync()
    {
        var name = _name.Trim();
        var pointer = Cache.Current.Definitions.GetValueOrDefault(name)?.Value;
        var suggested = Versions.Next(pointer?.Latest);
        if (_version == _suggestedVersion)
            _version = suggested;
        (_suggestedVersion, _newest) = (suggested, null);
        if (pointer is not { Status: DefinitionStatus.Active, Latest: { } latest })
            return;
        try
        {
            var newest = await Control.ReadDefinitionAsync(name, latest, CancellationToken.None);
            if (name == _name.Trim())
                _newest = newest;
        }
        catch (RefusedException)
        {
            // It is only compared with: publishing tells what is against it.
        }
    }

    /// <summary>What it is compared with, while nobody has published another since.</summary>
    private LabletDefinition? Newest => _newest is { } read && Cache.Current.Definitions.GetValueOrDefault(read.Name)?.Value.Latest == read.Version ? read : null;

    /// <summary>Settings of the newest version that it would change; null: it is the same altogether. What follows from another lab is no setting.</summary>
    private ImmutableArray<string>? Changed(LabletDefinition read, LabletDefinition newest)
    {
        var settings = DefinitionRules.OtherSettings(newest, read with { MaxDurationMinutes = _minutes, Region = _region.Trim() });
        if (read.LabSha256 == newest.LabSha256)
            return settings.IsEmpty ? null : [.. settings.Select(DefinitionForm.LabelOf)];
        return [.. settings.Except(["description", "resources"]).Select(DefinitionForm.LabelOf)];
    }

    internal static string Slug(string text)
    {
        var slug = new StringBuilder();
        foreach (var character in text.ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(character))
                slug.Append(character);
            else if (slug.Length > 0 && slug[^1] != '-')
                slug.Append('-');
        }
        var cut = slug.ToString(0, Math.Min(slug.Length, 63)).Trim('-');
        return cut.Length > 0 ? cut : "lab";
    }

    private static string Sources(LabEstimate estimate)
    {
        var bySource = estimate.Nodes.GroupBy(node => node.Source).ToDictionary(group => group.Key, group => group.Count());
        return string.Join(", ", new[]
        {
            bySource.TryGetValue(EstimateSource.LabFile, out var file) ? $"{Counted.Of(file, "node says so itself", "nodes say so themselves")}" : null,
            bySource.TryGetValue(EstimateSource.NodeDefinition, out var known) ? $"{known} by their node definition" : null,
            bySource.TryGetValue(EstimateSource.Fallback, out var fallback) ? $"{fallback} unknown, reckoned with 1 core and 1 GB" : null,
        }.Where(part => part is not null));
    }
}

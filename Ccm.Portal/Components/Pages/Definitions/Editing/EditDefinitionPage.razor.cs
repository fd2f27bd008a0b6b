using System.Globalization;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Labs;
using Ccm.Engine.Watching;
using Ccm.Portal.Components.Shared.Forms;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.JSInterop;
using MudBlazor;

namespace Ccm.Portal.Components.Pages.Definitions.Editing;

/// <summary>
/// Writes a definition: a new one, or the next version of one there is. What is unsaved is kept in the browser as one types; what
/// somebody else publishes meanwhile stands beside it.
/// </summary>
public sealed partial class EditDefinitionPage
{
    /// <summary>The field of a draft that holds the lab file.</summary>
    private const string LabField = "labYaml";

    private Stage _stage = Stage.Loading;
    private bool _started;
    private string? _shownName;
    private string _problem = "";
    private Published? _base;
    private TypedForm _form = new(DefinitionForm.Empty(), isNew: true);
    private string _initial = "";
    private string _clean = "";
    private string _compared = "";
    private string _suggestedName = "";
    private int _work;
    private bool _done;
    private string _notice = "";
    private LabEditor? _editor;
    private LabReading? _reading;
    private LabTopology? _topology;
    private LabletDefinition? _mine;

    private enum Stage { Loading, Away, Offer, Editing }

    /// <summary>Null: a new one.</summary>
    [Parameter]
    public string? Name { get; set; }

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private IDialogService Dialogs { get; set; } = null!;

    [Inject]
    private ISnackbar Messages { get; set; } = null!;

    [Inject]
    private IJSRuntime Script { get; set; } = null!;

    [Inject]
    private Handover Handover { get; set; } = null!;

    [Inject]
    private ILogger<EditDefinitionPage> Logger { get; set; } = null!;

    private string Text => _editor?.Text ?? _initial;

    private DefinitionPointer? Pointer => Fleet.Definitions.GetValueOrDefault(Name ?? _form.Values["name"].Trim())?.Value;

    private bool Existing => Pointer is { Status: DefinitionStatus.Active, Latest: not null };

    private bool Unsaved => !_done && _stage == Stage.Editing && (Text != _clean || _form.IsChanged);

    protected override void OnParametersSet()
    {
        if (_started && _shownName != Name)
            Begin(StartAsync);
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
            return;
        _started = true;
        await StartAsync();
    }

    protected override bool Apply(FleetChange change)
    {
        if (!change.Definitions)
            return false;
        if (_stage == Stage.Editing && Name is not null)
            Begin(LookAsync);
        return true;
    }

    private async Task StartAsync()
    {
        (_stage, _shownName, _base, _theirs, _draft, _problem) = (Stage.Loading, Name, null, null, null, "");
        try
        {
            _draft = await Draft.ReadAsync(Script, DraftKey, Left);
            _handed = Handover.Take();
            if (!May(Permission.EditDefinitions))
                Refuse("Definitions are edited by admins, and you are none.");
            else if (Name is { } name && Fleet.Definitions.GetValueOrDefault(name)?.Value is not { Latest: not null, Status: not DefinitionStatus.Deleted })
                Refuse($"There is no definition {name} that could be edited. It may be mistyped or deleted.");
            else if (Name is not null && Fleet.Definitions[Name].Value is { Status: DefinitionStatus.Deprecated })
                Refuse($"{Name} is deprecated and takes no new version. Publish under another name.");
            else
            {
                if (Name is not null)
                    _base = await PublishedAsync(Fleet.Definitions[Name].Value.Latest!);
                if (_draft is not null && !SameAsBase(_draft))
                    _stage = Stage.Offer;
                else
                    Edit(null);
            }
        }
        catch (RefusedException refused)
        {
            Refuse(refused.Message);
        }
        catch (Exception exception) when (exception is OperationCanceledException or JSDisconnectedException)
        {
            return;
        }
        StateHasChanged();
    }

    private void Refuse(string problem) => (_stage, _problem) = (Stage.Away, problem);

    /// <param name="draft">Work that goes on; null: from what is published or was handed over.</param>
    private void Edit(Draft? draft)
    {
        _form = new TypedForm(Before(), isNew: Name is null);
        _form.Take((draft?.Fields ?? _handed?.Values ?? []).Where(typed => typed.Key != "name" || Name is null));
        if (draft is null && Name is null && _handed is { } handed)
            _form.Values["name"] = handed.Name;
        _initial = draft?.Fields.GetValueOrDefault(LabField) ?? _handed?.Yaml ?? _base?.Yaml ?? Skeleton;
        _clean = LabEditor.Normal(_base?.Yaml ?? Skeleton);
        (_stage, _work, _reading, _topology, _mine, _refused, _isKept, _done) = (Stage.Editing, _work + 1, null, null, null, [], null, false);
        Judge();
    }

    /// <summary>The fields as the version has them that the work is made from.</summary>
    private Dictionary<string, string> Before()
    {
        var fields = DefinitionForm.Of(_base?.Definition, TopologyOf(_base?.Yaml));
        if (_base is not null)
            fields["version"] = Versions.Next(_base.Definition.Version);
        return fields;
    }

    private async Task ReadAsync(LabReading reading)
    {
        (_reading, _topology) = (reading, reading.Topology ?? _topology);
        // What was refused was another text.
        if (!_publishing)
            _refused = [];
        if (Name is null && reading.Topology is { Title.Length: > 0 } lab)
            SuggestName(ImportPanel.Slug(lab.Title));
        await PreviewAsync();
        if (Unsaved && _isKept is null)
            await KeepAsync();
    }

    /// <summary>From the lab's title, until somebody types another.</summary>
    private void SuggestName(string name)
    {
        if (_form.Values["name"] == _suggestedName)
            _form.Values["name"] = _form.Unchanged["name"] = name;
        _suggestedName = name;
    }

    private async Task Set(string field, string value)
    {
        _form.Set(field, value);
        _refused = [];
        await PreviewAsync();
    }

    /// <summary>No typing, so that the browser hears nothing of it.</summary>
    private async Task ChooseVersionAsync(string version)
    {
        await Set("version", version);
        await KeepAsync();
    }

    private void Judge() => _form.Problems = DefinitionForm.Read(_form.Values, "", "").Problems;

    private async Task TakeFileAsync(InputFileChangeEventArgs chosen)
    {
        if (chosen.FileCount == 0)
            return;
        var upload = await LabUpload.ReadAsync(chosen, Logger);
        if (upload.Problem is { } problem)
            _notice = problem;
        else
        {
            await _editor!.ReplaceAsync(upload.Yaml);
            _notice = $"The text of {upload.FileName} is in the editor. Ctrl Z there brings back what was written before.";
        }
    }

    private void TooLarge(long bytes) =>
        _notice = string.Create(CultureInfo.InvariantCulture, $"With what you pasted the lab file would have {bytes / 1048576.0:0.0} MB; it has at most 2 MB. Nothing was pasted, and nothing is lost. Remove what is not part of the topology, such as large configurations.");

    /// <summary>What is shown in the editor, to its last letter.</summary>
    private async Task DownloadMineAsync()
    {
        await _editor!.FlushAsync();
        await DownloadAsync(Text);
    }

    private Task DownloadAsync(string yaml) =>
        Script.InvokeVoidAsync("ccm.drafts.download", $"{(_form.Values["name"].Trim() is { Length: > 0 } name ? name : Name ?? "lab")}.yaml", yaml).AsTask();

    private static LabTopology? TopologyOf(string? yaml) => yaml is null ? null : LabCheck.Read(yaml).Topology;

    private const string Skeleton = """
        lab:
          title: New lab
          description: ""
          version: 0.2.2
        nodes:
          - id: n0
            label: R1
            node_definition: iosv
            x: 0
            y: 0
            interfaces:
              - id: i0
                label: GigabitEthernet0/0
                slot: 0
                type: physical
        links: []

        """;
}

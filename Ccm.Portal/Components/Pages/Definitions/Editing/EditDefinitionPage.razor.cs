using System.Collections.Immutable;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Labs;
using Ccm.Engine.Watching;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.JSInterop;
using MudBlazor;

namespace Ccm.Portal.Components.Pages.Definitions.Editing;

/// <summary>
/// Writes a definition: a new one, or the next version of one there is. What is unsaved is kept in the browser as one types; what
/// somebody else publishes meanwhile stands beside it.
/// </summary>
public sealed partial class EditDefinitionPage
{
    private const int MostRemarks = 12;
    private readonly HashSet<string> _touched = new(StringComparer.Ordinal);
    private Stage _stage = Stage.Loading;
    private string? _shownName;
    private string _problem = "";
    private Published? _base;
    private Published? _theirs;
    private Draft? _draft;
    private Handover.Work? _handed;
    private Dictionary<string, string> _values = DefinitionForm.Empty();
    private Dictionary<string, string> _unchanged = DefinitionForm.Empty();
    private string _initial = "";
    private string _compared = "";
    private string _clean = "";
    private string _suggestedName = "";
    private int _work;
    private bool? _kept;
    private bool _tried;
    private bool _publishing;
    private bool _done;
    private string _notice = "";
    private LabEditor? _editor;
    private LabReading? _reading;
    private LabTopology? _topology;
    private LabletDefinition? _mine;
    private ImmutableArray<Problem> _fieldProblems = [];
    private ImmutableArray<Problem> _refused = [];
    private Operation _operation = Operation.New();
    private IJSObjectReference? _module;

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

    private string DraftKey => $"ccm-draft:{Actor?.Id}:{Name}";

    private string Text => _editor?.Text ?? _initial;

    private DefinitionPointer? Pointer => Fleet.Definitions.GetValueOrDefault(Name ?? _values["name"].Trim())?.Value;

    private bool Existing => Pointer is { Status: DefinitionStatus.Active, Latest: not null };

    private bool Unsaved => !_done && _stage == Stage.Editing && (Text != _clean || _values.Any(typed => _unchanged[typed.Key] != typed.Value));

    /// <summary>What is wrong with fields that somebody came to, or with any once publishing was tried.</summary>
    private ImmutableArray<Problem> Shown => [.. _fieldProblems.Where(problem => _tried || Name is not null || problem.Field is null || _touched.Contains(problem.Field))];

    private bool CanPublish => _reading?.Topology is not null && _fieldProblems.IsEmpty;

    protected override void OnParametersSet()
    {
        if (_shownName == Name || _module is null)
            return;
        Begin(StartAsync);
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
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

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        try
        {
            if (_module is not null)
                await _module.DisposeAsync();
        }
        catch (Exception exception) when (exception is JSException or JSDisconnectedException or OperationCanceledException)
        {
            // The browser is gone, and its script with it.
        }
        GC.SuppressFinalize(this);
    }

    private async Task StartAsync()
    {
        (_stage, _shownName, _base, _theirs, _draft, _problem) = (Stage.Loading, Name, null, null, null, "");
        try
        {
            _module ??= await EditorScript.ImportAsync(Script);
            _draft = await EditorScript.ReadDraftAsync(_module, DraftKey, Left);
            _handed = Handover.Take();
            if (!May(Permission.EditDefinitions))
                Refuse("Definitions are edited by admins, and you are none.");
            else if (Name is { } name && (Fleet.Definitions.GetValueOrDefault(name)?.Value is not { Latest: { } latest, Status: not DefinitionStatus.Deleted } pointer))
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
        _unchanged = DefinitionForm.Of(_base?.Definition, TopologyOf(_base?.Yaml));
        if (_base is not null)
            _unchanged["version"] = Versions.Next(_base.Definition.Version);
        _values = new(_unchanged, StringComparer.Ordinal);
        foreach (var (field, value) in draft?.Fields ?? _handed?.Values ?? [])
        {
            if (_values.ContainsKey(field) && (field != "name" || Name is null))
                _values[field] = value;
        }
        if (draft is null && Name is null && _handed is { } handed)
            _values["name"] = handed.Name;
        _initial = draft?.Yaml ?? _handed?.Yaml ?? _base?.Yaml ?? Skeleton;
        _clean = LabEditor.Normal(_base?.Yaml ?? Skeleton);
        (_stage, _work, _reading, _topology, _mine, _tried, _refused, _kept, _done) = (Stage.Editing, _work + 1, null, null, null, false, [], null, false);
        Judge();
    }

    private bool SameAsBase(Draft draft)
    {
        var fields = DefinitionForm.Of(_base?.Definition, TopologyOf(_base?.Yaml));
        return _base is not null && LabEditor.Normal(draft.Yaml) == LabEditor.Normal(_base.Yaml)
            && draft.Fields.All(field => field.Key == "version" || fields.GetValueOrDefault(field.Key) == field.Value);
    }

    private async Task ResumeAsync()
    {
        var draft = _draft!;
        _draft = null;
        // It was made from an older version: what came after stands beside it.
        if (_base is { } newest && draft.Base.Length > 0 && draft.Base != newest.Definition.Version)
        {
            try
            {
                _base = await PublishedAsync(draft.Base);
                _theirs = newest;
            }
            catch (RefusedException)
            {
                // That version cannot be read: the newest is what there is to compare with.
            }
        }
        Edit(draft);
    }

    private async Task DiscardAsync()
    {
        await _module!.InvokeVoidAsync("dropDraft", DraftKey, null);
        _draft = null;
        Edit(null);
    }

    private async Task StartOverAsync()
    {
        if (await Dialogs.ShowMessageBoxAsync("Discard what you wrote?", "It goes from here and from this browser. Download it first if you may want it again.", "Discard it", cancelText: "Keep it") != true)
            return;
        await _editor!.DropDraftAsync();
        _handed = null;
        Edit(null);
    }

    /// <summary>What is shown in the editor, to its last letter.</summary>
    private async Task DownloadMineAsync()
    {
        await _editor!.FlushAsync();
        await DownloadAsync(Text);
    }

    private Task DownloadAsync(string yaml) => EditorScript.DownloadAsync(_module!, $"{(_values["name"].Trim() is { Length: > 0 } name ? name : Name ?? "lab")}.yaml", yaml).AsTask();

    private async Task<Published> PublishedAsync(string version) =>
        new(await Control.ReadDefinitionAsync(Name!, version, Left), await Control.ReadLabAsync(Name!, version, Left));

    /// <summary>Whether somebody else published meanwhile, though the page be paused.</summary>
    private async Task LookAsync()
    {
        if (_done || Cache.Current.Definitions.GetValueOrDefault(Name!)?.Value is not { Status: DefinitionStatus.Active, Latest: { } latest }
            || latest == _base?.Definition.Version || latest == _theirs?.Definition.Version)
            return;
        try
        {
            var theirs = await PublishedAsync(latest);
            if (!_done && !_publishing)
                (_theirs, _refused) = (theirs, []);
        }
        catch (RefusedException refused)
        {
            _notice = $"{Name} {latest} was published while you edit, and cannot be read at the moment: {refused.Message}";
        }
        StateHasChanged();
    }

    private async Task KeepMineAsync()
    {
        await _editor!.FlushAsync();
        (_base, _theirs) = (_theirs, null);
        _unchanged = DefinitionForm.Of(_base!.Definition, TopologyOf(_base.Yaml));
        _unchanged["version"] = Versions.Next(_base.Definition.Version);
        _values["version"] = _unchanged["version"];
        (_refused, _tried) = ([], false);
        await _editor.RebaseAsync(_base.Definition.Version);
        await _editor.KeepAsync();
        await PreviewAsync();
    }

    private async Task TakeTheirsAsync()
    {
        await DownloadMineAsync();
        await _editor!.DropDraftAsync();
        (_base, _theirs, _handed) = (_theirs, null, null);
        Edit(null);
    }

    private async Task ReadAsync(LabReading reading)
    {
        (_reading, _topology) = (reading, reading.Topology ?? _topology);
        if (Name is null && reading.Topology is { Title.Length: > 0 } lab)
            SuggestName(ImportPanel.Slug(lab.Title));
        await PreviewAsync();
        if (Unsaved && _kept is null)
            await _editor!.KeepAsync();
    }

    /// <summary>From the lab's title, until somebody types another.</summary>
    private void SuggestName(string name)
    {
        if (_values["name"] == _suggestedName)
            _values["name"] = _unchanged["name"] = name;
        _suggestedName = name;
    }

    private async Task Set(string field, string value)
    {
        _touched.Add(field);
        _values[field] = value;
        _refused = [];
        await PreviewAsync();
        // The browser keeps the fields as they stand in the page.
        StateHasChanged();
        await _editor!.KeepAsync();
    }

    private void Judge() => _fieldProblems = DefinitionForm.Read(_values, "", "").Problems;

    /// <summary>What publishing would make of it, once it can be read.</summary>
    private async Task PreviewAsync()
    {
        Judge();
        var text = Text;
        var request = DefinitionForm.Read(_values, text, "").Request;
        _mine = _reading?.Topology is null ? null : await Task.Run(() => Preview(request));
        _compared = text;
    }

    private static LabletDefinition? Preview(PublishRequest request)
    {
        try
        {
            return ControlPlane.Preview(request);
        }
        catch (LabRefusedException)
        {
            // Changed once more since it was read; the next reading follows.
            return null;
        }
    }

    private async Task PublishAsync()
    {
        (_tried, _refused, _publishing) = (true, [], true);
        try
        {
            await _editor!.FlushAsync(hold: true);
            var (request, problems) = DefinitionForm.Read(_values, Text, _base?.Definition.Version ?? "");
            _fieldProblems = problems;
            if (!CanPublish)
                return;
            await Control.PublishAsync(Actor!, _operation, request, CancellationToken.None);
            _done = true;
            await _editor.DropDraftAsync();
            Messages.Add($"{request.Name} {request.Version} is published.", Severity.Success);
            Navigation.NavigateTo($"/definitions/{request.Name}");
        }
        catch (RefusedException refused)
        {
            _operation = Operation.New();
            _publishing = false;
            if (Name is not null && refused.Kind == RefusalKind.Conflict)
                await LookAsync();
            // With both sides on the page there is nothing left to tell.
            _refused = _theirs is null ? refused.Problems : [];
        }
        catch (LabRefusedException refused)
        {
            _refused = [.. refused.Problems.Select(problem => new Problem(problem.Line is { } line ? $"line {line}" : null, problem.Reason, problem.Fix))];
        }
        catch (Exception exception)
        {
            _refused = [new Problem(null, Live.Faults.Describe(exception, Logger), "What you wrote is kept.")];
        }
        finally
        {
            _publishing = false;
            if (!_done)
                await _editor!.ReleaseAsync();
        }
    }

    private async Task TakeFileAsync(InputFileChangeEventArgs chosen)
    {
        if (chosen.FileCount == 0)
            return;
        var upload = await LabUpload.ReadAsync(chosen, Logger);
        if (upload.Problem is { } problem)
            _notice = problem;
        else
        {
            await _editor!.ReplaceAsync(upload.Yaml, unsaved: true);
            _notice = $"The text of {upload.FileName} is in the editor. Ctrl Z there brings back what was written before.";
        }
    }

    private void TooLarge(long bytes) =>
        _notice = $"With what you pasted the lab file would have {bytes / 1048576.0:0.0} MB; it has at most 2 MB. Nothing was pasted, and nothing is lost. Remove what is not part of the topology, such as large configurations.";

    private async Task EditExistingAsync()
    {
        await _editor!.FlushAsync();
        // What nobody typed here stays as the definition has it.
        var typed = _values.Where(field => field.Key is not ("name" or "version") && field.Value != _unchanged[field.Key]);
        Handover.Put(new Handover.Work(Text, _values["name"].Trim(), new(typed, StringComparer.Ordinal)));
        await LeaveAsync($"/definitions/{_values["name"].Trim()}/edit");
    }

    private async Task GoOnElsewhereAsync()
    {
        await _editor!.FlushAsync();
        Handover.Put(new Handover.Work(Text, $"{Name}-2", new(_values, StringComparer.Ordinal) { ["name"] = $"{Name}-2", ["version"] = Versions.First }));
        await LeaveAsync("/definitions/new");
    }

    /// <summary>With the work in hand, so that nothing is asked; the copy in this browser stays until it is published there.</summary>
    private async Task LeaveAsync(string address)
    {
        await _editor!.KeepAsync();
        _done = true;
        Navigation.NavigateTo(address);
    }

    private async Task AskAsync(LocationChangingContext leaving)
    {
        if (!Unsaved)
            return;
        await _editor!.KeepAsync();
        if (await Dialogs.ShowMessageBoxAsync("Leave without publishing?", "Nothing is published yet. Your work is kept in this browser and offered to you when you come back to this page.", "Leave", cancelText: "Stay") != true)
            leaving.PreventNavigation();
    }

    private static LabTopology? TopologyOf(string? yaml) => yaml is null ? null : LabCheck.Read(yaml).Topology;

    private static string Sum(LabReading reading)
    {
        var errors = reading.Remarks.Count(remark => remark.Kind == RemarkKind.Error);
        var others = reading.Remarks.Length - errors;
        var rest = reading.Remarks.Length > MostRemarks ? $" The first {MostRemarks}:" : "";
        return (errors > 0 ? $"{errors} {(errors == 1 ? "thing stands" : "things stand")} against publishing it" : "It can be published as it is")
            + (others > 0 ? $"; {others} {(others == 1 ? "remark" : "remarks")}." : ".") + rest;
    }

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

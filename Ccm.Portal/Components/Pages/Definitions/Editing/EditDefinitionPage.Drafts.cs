using Ccm.Engine.Control;
using Ccm.Portal.Components.Shared.Forms;
using Microsoft.JSInterop;
using MudBlazor;

namespace Ccm.Portal.Components.Pages.Definitions.Editing;

/// <summary>Unsaved work: what the browser has of it is offered before anything is edited, and goes along to another definition.</summary>
public sealed partial class EditDefinitionPage
{
    private Draft? _draft;
    private Handover.Work? _handed;
    private KeptForm? _keeper;

    /// <summary>Null: not known yet.</summary>
    private bool? _isKept;

    private string DraftKey => Draft.KeyOf(Actor, $"definition/{Name}");

    private bool SameAsBase(Draft draft)
    {
        var fields = DefinitionForm.Of(_base?.Definition, TopologyOf(_base?.Yaml));
        return _base is not null && LabEditor.Normal(draft.Fields.GetValueOrDefault(LabField) ?? "") == LabEditor.Normal(_base.Yaml)
            && draft.Fields.All(field => field.Key is "version" or LabField || fields.GetValueOrDefault(field.Key) == field.Value);
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
        await Script.InvokeVoidAsync("ccm.drafts.drop", DraftKey);
        _draft = null;
        Edit(null);
    }

    private async Task StartOverAsync()
    {
        if (await Dialogs.ShowMessageBoxAsync("Discard what you wrote?", "It goes from here and from this browser. Download it first if you may want it again.", "Discard it", cancelText: "Keep it") != true)
            return;
        await _keeper!.DropAsync();
        _handed = null;
        Edit(null);
    }

    /// <summary>As it stands: what the browser keeps is what is painted.</summary>
    private async Task KeepAsync()
    {
        StateHasChanged();
        await _keeper!.KeepAsync();
    }

    private async Task EditExistingAsync()
    {
        await _editor!.FlushAsync();
        // What nobody typed here stays as the definition has it.
        var typed = _form.Changes.Where(field => field.Key is not ("name" or "version"));
        Handover.Put(new Handover.Work(Text, _form.Values["name"].Trim(), new(typed, StringComparer.Ordinal)));
        await LeaveAsync($"/definitions/{_form.Values["name"].Trim()}/edit");
    }

    private async Task GoOnElsewhereAsync()
    {
        await _editor!.FlushAsync();
        Handover.Put(new Handover.Work(Text, $"{Name}-2", new(_form.Values, StringComparer.Ordinal) { ["name"] = $"{Name}-2", ["version"] = Versions.First }));
        await LeaveAsync("/definitions/new");
    }

    /// <summary>With the work in hand, so that nothing is asked; the copy in this browser stays until it is published there.</summary>
    private async Task LeaveAsync(string address)
    {
        await KeepAsync();
        _done = true;
        Navigation.NavigateTo(address);
    }
}

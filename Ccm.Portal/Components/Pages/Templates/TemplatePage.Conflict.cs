using System.Collections.Immutable;
using System.Globalization;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Portal.Api;
using Ccm.Portal.Components.Shared.Forms;

namespace Ccm.Portal.Components.Pages.Templates;

/// <summary>What somebody else saved or deleted while a revision was edited, or while the work lay in the browser.</summary>
public sealed partial class TemplatePage
{
    private static readonly string[] NotCompared = ["name", "revision", "isSeeded", "createdAt", "createdBy", "operationId", "declared"];
    private WorkerTemplate? _theirs;
    private bool _gone;

    /// <summary>Whether somebody else saved or deleted it meanwhile. That it has a worker more is no edit. A paused page looks as well.</summary>
    private async Task LookAsync()
    {
        var pointer = Cache.Current.Templates.GetValueOrDefault(Name!)?.Value;
        _gone = pointer is null or { Deleted: true } && _base is not null && !_done;
        if (_gone || _saving || pointer!.Revision == _base?.Revision || pointer.Revision == _theirs?.Revision)
        {
            StateHasChanged();
            return;
        }
        try
        {
            var newest = await Control.ReadTemplateAsync(Name!, Left);
            if (_saving || newest.Revision == _base?.Revision)
                return;
            if (Unsaved)
                (_theirs, _refused) = (newest, []);
            else
                Show(newest);
        }
        catch (RefusedException)
        {
            // Nothing is shown of it until it can be read; saving would be refused and look again.
        }
        StateHasChanged();
    }

    /// <summary>What was typed and not saved goes on; with what was saved since beside it.</summary>
    private async Task<bool> ResumeAsync(Draft draft)
    {
        if (!MayEdit)
            return false;
        if (_base is { } newest && int.TryParse(draft.Base, CultureInfo.InvariantCulture, out var revision) && revision != newest.Revision)
        {
            try
            {
                Show(await Control.ReadTemplateAsync(newest.Name, revision, Left));
                _theirs = newest;
            }
            catch (RefusedException)
            {
                // That revision cannot be read: the newest is what there is to compare with.
            }
        }
        _form!.Take(draft.Fields);
        _isKept = true;
        Judge();
        if (!Unsaved && _theirs is not null)
            Theirs();
        StateHasChanged();
        return Unsaved;
    }

    /// <summary>Back to the newest revision.</summary>
    private async Task DiscardAsync()
    {
        await _keeper!.DropAsync();
        Theirs();
    }

    /// <summary>Field by field: mine where I changed it, theirs elsewhere.</summary>
    private Task BothAsync() => GoOnAsync(_form!.Changes);

    private Task MineAsync() => GoOnAsync(_form!.Values);

    /// <summary>From the newest revision.</summary>
    private async Task GoOnAsync(IEnumerable<KeyValuePair<string, string>> mine)
    {
        var kept = mine.ToList();
        Theirs();
        _form!.Take(kept);
        Judge();
        StateHasChanged();
        await _keeper!.KeepAsync();
    }

    private void Theirs()
    {
        var theirs = _theirs ?? _base;
        _theirs = null;
        Show(theirs);
    }

    private static ImmutableArray<FieldDiff> Differences(WorkerTemplate before, WorkerTemplate after) => FieldDiff.Between(before, after, NotCompared);
}

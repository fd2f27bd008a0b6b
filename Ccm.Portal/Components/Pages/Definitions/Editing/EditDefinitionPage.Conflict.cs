using Ccm.Engine.Control;
using Ccm.Engine.Domain;

namespace Ccm.Portal.Components.Pages.Definitions.Editing;

/// <summary>What somebody else publishes meanwhile: both sides stand on the page until it is said how to go on.</summary>
public sealed partial class EditDefinitionPage
{
    private Published? _theirs;

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
        _form.Rebase(Before());
        _form.Values["version"] = _form.Unchanged["version"];
        (_refused, _form.Tried) = ([], false);
        await KeepAsync();
        await PreviewAsync();
    }

    private async Task TakeTheirsAsync()
    {
        await DownloadMineAsync();
        await _keeper!.DropAsync();
        (_base, _theirs, _handed) = (_theirs, null, null);
        Edit(null);
    }
}

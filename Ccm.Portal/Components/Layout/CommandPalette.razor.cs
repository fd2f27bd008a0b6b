using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Portal.Components.Pages.Instances;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.JSInterop;
using MudBlazor;

namespace Ccm.Portal.Components.Layout;

/// <summary>One box that finds whatever one may see, and does whatever one may do, from the keyboard.</summary>
public sealed partial class CommandPalette
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(120);
    private string _text = "";
    private string _found = "";
    private ImmutableArray<PaletteHit> _hits = [];
    private int _chosen;

    [Parameter, EditorRequired]
    public Actor Actor { get; set; } = null!;

    [Inject]
    private WatchCache Cache { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [Inject]
    private IDialogService Dialogs { get; set; } = null!;

    [Inject]
    private IJSRuntime Script { get; set; } = null!;

    protected override void OnParametersSet() => Find(_text);

    /// <summary>Found once one pauses. What stands in the box is the browser's: letters typed meanwhile are not written over.</summary>
    private async Task TypeAsync(ChangeEventArgs args)
    {
        var text = _text = args.Value?.ToString() ?? "";
        await Task.Delay(Pause, Time);
        if (text == _text && text != _found)
            Find(text);
    }

    private void Find(string text)
    {
        (_text, _found, _chosen) = (text, text, 0);
        _hits = PaletteSearch.Find(Cache.Current, Actor, PortalPages.All, text);
    }

    private async Task Press(KeyboardEventArgs key)
    {
        // What was typed counts, though the pause after it be not over.
        if (_text != _found && key.Key is "Enter" or "ArrowDown" or "ArrowUp")
            Find(_text);
        if (key.Key == "Enter")
            await TakeAsync(_chosen);
        else if (!_hits.IsEmpty)
            _chosen = key.Key switch { "ArrowDown" => (_chosen + 1) % _hits.Length, "ArrowUp" => (_chosen + _hits.Length - 1) % _hits.Length, _ => _chosen };
    }

    private async Task TakeAsync(int at)
    {
        if (at >= _hits.Length)
            return;
        var hit = _hits[at];
        Find("");
        await Script.InvokeVoidAsync("ccm.closePalette");
        if (hit.Kind != PaletteKind.Action)
            Navigation.NavigateTo(hit.Target, forceLoad: PortalPages.All.Any(page => page.Href == hit.Target && page.IsStatic));
        else if (hit.Target == PaletteSearch.Reserve)
            await ReserveAsync();
        else
            await Script.InvokeVoidAsync("ccm.press", hit.Target);
    }

    private Task ReserveAsync() => ReserveDialog.AskAsync(Dialogs, Navigation);
}

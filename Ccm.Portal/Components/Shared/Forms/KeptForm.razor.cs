using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.JSInterop;
using MudBlazor;

namespace Ccm.Portal.Components.Shared.Forms;

/// <summary>
/// A form whose named fields the browser keeps as they are typed, also while no replica answers; whoever typed them gets them back after
/// a closed tab or a lost replica.
/// </summary>
public sealed partial class KeptForm : IAsyncDisposable
{
    private readonly string _id = Guid.NewGuid().ToString("N");
    private readonly CancellationTokenSource _left = new();
    private DotNetObjectReference<KeptForm>? _self;
    private ElementReference _root;
    private Draft? _back;
    private bool _begun;

    /// <summary>As <see cref="Draft.KeyOf"/> makes it; another key is another form.</summary>
    [Parameter, EditorRequired]
    public string DraftKey { get; set; } = "";

    /// <summary>The version or revision that the work is made from; empty: none.</summary>
    [Parameter]
    public string Base { get; set; } = "";

    /// <summary>Takes over what was kept, and paints the form; false: it is nothing for this form. Null: the page has asked for it by itself.</summary>
    [Parameter]
    public Func<Draft, Task<bool>>? OnFound { get; set; }

    /// <summary>What came back is not wanted: the form goes back to what it was, and calls <see cref="DropAsync"/>.</summary>
    [Parameter]
    public EventCallback OnDiscard { get; set; }

    /// <summary>Whether unsaved work could be kept.</summary>
    [Parameter]
    public EventCallback<bool> OnKept { get; set; }

    /// <summary>What is asked of somebody who leaves unsaved work; empty: nothing, as where the form is only a part of what one leaves.</summary>
    [Parameter]
    public string LeaveQuestion { get; set; } = "";

    /// <summary>Whether there is work to ask about.</summary>
    [Parameter]
    public Func<bool> Unsaved { get; set; } = () => false;

    [Parameter, EditorRequired]
    public RenderFragment ChildContent { get; set; } = null!;

    [Inject]
    private IJSRuntime Script { get; set; } = null!;

    [Inject]
    private IDialogService Dialogs { get; set; } = null!;

    /// <summary>How a page says whether its unsaved work is kept; null: not known yet.</summary>
    public static string Words(bool? kept) => kept switch
    {
        true => "Unsaved, kept in this browser",
        false => "Unsaved, and this browser keeps no more of it",
        null => "Unsaved",
    };

    /// <summary>Keeps the fields as they are painted, when something else than typing changed them.</summary>
    public async Task KeepAsync()
    {
        if (_begun)
            await Script.InvokeVoidAsync("ccm.drafts.keep", _id);
    }

    /// <summary>Forgets what was kept: it is saved, or not wanted.</summary>
    public async Task DropAsync()
    {
        _back = null;
        try
        {
            await Script.InvokeVoidAsync("ccm.drafts.drop", DraftKey, _id);
        }
        catch (Exception exception) when (exception is JSException or JSDisconnectedException or OperationCanceledException)
        {
            // The browser is gone and keeps it: whoever comes back is told so, and can discard it.
        }
        StateHasChanged();
    }

    [JSInvokable]
    public Task Kept(bool kept) => OnKept.InvokeAsync(kept);

    public async ValueTask DisposeAsync()
    {
        await _left.CancelAsync();
        try
        {
            if (_begun)
                await Script.InvokeVoidAsync("ccm.drafts.end", _id);
        }
        catch (Exception exception) when (exception is JSException or JSDisconnectedException or OperationCanceledException)
        {
            // The browser is gone, and has kept what was typed.
        }
        _self?.Dispose();
        _left.Dispose();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
            return;
        try
        {
            // Asked for first, and not waited for: what is typed from now on is kept, and is no work that was left behind.
            var before = OnFound is null ? Task.FromResult<Draft?>(null) : Draft.ReadAsync(Script, DraftKey, _left.Token);
            _self = DotNetObjectReference.Create(this);
            await Script.InvokeVoidAsync("ccm.drafts.begin", _left.Token, _id, _root, _self);
            _begun = true;
            if (await before is { } draft && await OnFound!(draft))
                _back = draft;
            else if (Unsaved())
                // Typed before the browser was asked to keep it.
                await KeepAsync();
        }
        catch (JSException)
        {
            // A page that an older version sent has no script for it.
            await OnKept.InvokeAsync(false);
        }
        catch (Exception exception) when (exception is JSDisconnectedException or OperationCanceledException or ObjectDisposedException)
        {
            return;
        }
        StateHasChanged();
    }

    private async Task AskAsync(LocationChangingContext leaving)
    {
        if (!Unsaved())
            return;
        await KeepAsync();
        if (await Dialogs.ShowMessageBoxAsync(LeaveQuestion, "Your work is kept in this browser, and here again when you come back to this page.", "Leave", cancelText: "Stay") != true)
            leaving.PreventNavigation();
    }
}

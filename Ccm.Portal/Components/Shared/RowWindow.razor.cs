using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Ccm.Portal.Components.Shared;

/// <summary>
/// The rows of a long table around those that are in view. The window moves while there is still a margin of rows on either side, so
/// that scrolling meets no blanks; a placeholder that waits to be seen would come too late. The first rows stand in the first paint.
/// </summary>
/// <remarks>It stands in the body of a table inside an element of class <c>ccm-grid</c> or <c>ccm-rows</c>, which scrolls.</remarks>
public sealed partial class RowWindow<TItem> : IAsyncDisposable
{
    private const int FirstInView = 40;
    private readonly string _id = Guid.NewGuid().ToString("N");
    private DotNetObjectReference<RowWindow<TItem>>? _self;
    private ElementReference _top;
    private int _firstInView;
    private int _inView = FirstInView;

    [Parameter, EditorRequired]
    public IReadOnlyList<TItem> Items { get; set; } = [];

    /// <summary>Of every row, pixels, its border included.</summary>
    [Parameter]
    public int RowHeight { get; set; } = 41;

    /// <summary>Rows kept on either side of what is in view.</summary>
    [Parameter]
    public int Margin { get; set; } = 60;

    [Parameter, EditorRequired]
    public RenderFragment<TItem> ChildContent { get; set; } = null!;

    /// <summary>Told when a pointer begins to move over the rows, and when it has come to rest or is gone.</summary>
    [Parameter]
    public Action<bool>? OnHold { get; set; }

    /// <summary>Told when what is in view comes near the last row, so that more can be read before it is reached.</summary>
    [Parameter]
    public EventCallback OnNearEnd { get; set; }

    [Inject]
    private IJSRuntime Script { get; set; } = null!;

    private int First => Math.Max(0, _firstInView - Margin);

    private int Until => Math.Min(Items.Count, _firstInView + _inView + Margin);

    /// <summary>Called by the browser as it scrolls.</summary>
    /// <param name="first">The first row in view, from 0.</param>
    /// <param name="count">Rows that fit in view.</param>
    [JSInvokable]
    public void Show(int first, int count)
    {
        (_firstInView, _inView) = (first, Math.Clamp(count, 1, 200));
        Fit();
        StateHasChanged();
        // The browser does not wait for it: it would stop telling where it is.
        if (first + _inView + (Margin / 2) >= Items.Count)
            _ = TellNearEndAsync();
    }

    /// <summary>Called by the browser when a pointer is, or is no longer, about to do something with a row.</summary>
    [JSInvokable]
    public void Hold(bool hold) => OnHold?.Invoke(hold);

    protected override void OnParametersSet() => Fit();

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
            return;
        _self = DotNetObjectReference.Create(this);
        await Script.InvokeVoidAsync("ccm.follow", _id, _top, _self, RowHeight, OnHold is not null);
    }

    public async ValueTask DisposeAsync()
    {
        if (_self is null)
            return;
        try
        {
            await Script.InvokeVoidAsync("ccm.leave", _id);
        }
        catch (JSDisconnectedException)
        {
            // The browser is gone, and its listener with it.
        }
        _self.Dispose();
    }

    private async Task TellNearEndAsync()
    {
        try
        {
            await OnNearEnd.InvokeAsync();
        }
        catch (Exception exception)
        {
            await DispatchExceptionAsync(exception);
        }
    }

    /// <summary>A list that became shorter ends the window with it.</summary>
    private void Fit() => _firstInView = Math.Clamp(_firstInView, 0, Math.Max(0, Items.Count - _inView));
}

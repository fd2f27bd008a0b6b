using System.Collections.Immutable;
using System.Text;
using Ccm.Engine.Labs;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Ccm.Portal.Components.Pages.Definitions.Editing;

/// <summary>Writes a lab file with help. The text is here as it is in the browser: each change is sent as it is typed, never the whole.</summary>
public sealed partial class LabEditor : IAsyncDisposable
{
    public const int MostBytes = 2 * 1024 * 1024;
    public const string ScriptPath = "./Components/Pages/Definitions/Editing/LabEditor.razor.js";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private readonly CancellationTokenSource _left = new();
    private ElementReference _host;
    private IJSObjectReference? _module;
    private DotNetObjectReference<LabEditor>? _self;
    private string _text = "";
    private int _version;
    private int _changes;
    private bool _ready;
    private bool _failed;

    /// <summary>What is written, at first.</summary>
    [Parameter, EditorRequired]
    public string Initial { get; set; } = "";

    /// <summary>The name by which the form around it keeps the text.</summary>
    [Parameter, EditorRequired]
    public string Field { get; set; } = "";

    /// <summary>A moment after the last change.</summary>
    [Parameter]
    public EventCallback<LabReading> OnRead { get; set; }

    /// <summary>Bytes that a paste would have made; it was not carried out.</summary>
    [Parameter]
    public EventCallback<long> OnTooLarge { get; set; }

    [Inject]
    private IJSRuntime Script { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [Inject]
    private ILogger<LabEditor> Log { get; set; } = null!;

    public string Text => _text;

    /// <summary>Another text in its place, which can be undone.</summary>
    public async Task ReplaceAsync(string text)
    {
        _text = Normal(text);
        if (_ready)
            await _module!.InvokeVoidAsync("replace", _host, _text);
        await ReadAsync();
    }

    /// <summary>Until the text here is the one that is shown in the browser, and is read: what is typed arrives a moment later.</summary>
    /// <param name="hold">Whether nothing may be written afterwards, until it is released.</param>
    public async Task FlushAsync(bool hold = false)
    {
        if (!_ready)
            return;
        await _module!.InvokeVoidAsync("flush", _left.Token, _host, hold);
        await ReadAsync();
    }

    public async Task ReleaseAsync()
    {
        if (_ready && !_left.IsCancellationRequested)
            await _module!.InvokeVoidAsync("release", _host);
    }

    public async Task GoToAsync(int line)
    {
        if (_ready)
            await _module!.InvokeVoidAsync("goTo", _host, line);
    }

    /// <summary>As the browser's editor holds it: no byte order mark, and one kind of line end.</summary>
    public static string Normal(string text)
    {
        var plain = text.TrimStart('\ufeff');
        var unix = plain.Replace("\r\n", "\n", StringComparison.Ordinal);
        var breaks = unix.AsSpan().Count('\n');
        return plain.AsSpan().Count('\r') == breaks && plain.Length == unix.Length + breaks ? plain : unix.Replace('\r', '\n');
    }

    protected override void OnInitialized() => _text = Normal(Initial);

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
            return;
        try
        {
            _self = DotNetObjectReference.Create(this);
            _module = await Script.InvokeAsync<IJSObjectReference>("import", _left.Token, ScriptPath);
            await _module.InvokeVoidAsync("create", _left.Token, _host, _self, _text);
            _ready = true;
        }
        catch (JSException exception)
        {
            LogNotLoaded(Log, exception);
            _failed = true;
        }
        catch (Exception exception) when (exception is OperationCanceledException or JSDisconnectedException)
        {
            return;
        }
        StateHasChanged();
        await ReadAsync();
    }

    /// <param name="changes">In the order to apply them.</param>
    /// <param name="length">Characters that the text has afterwards in the browser.</param>
    /// <returns>Whether it has as many here.</returns>
    [JSInvokable]
    public bool Changed(TextChange[] changes, int length)
    {
        var text = new StringBuilder(_text);
        foreach (var change in changes)
        {
            if (change.At < 0 || change.Drop < 0 || change.At + change.Drop > text.Length)
                return false;
            text.Remove(change.At, change.Drop).Insert(change.At, change.Text);
        }
        if (text.Length != length || length > MostBytes)
            return false;
        _text = text.ToString();
        _ = ReadSoonAsync();
        return true;
    }

    /// <param name="version">Of the text in the browser: grows with each change.</param>
    [JSInvokable]
    public async Task Replaced(IJSStreamReference whole, int version)
    {
        // A little more than a lab may have: it is told why it is refused instead of being cut off.
        await using var stream = await whole.OpenReadStreamAsync(2 * MostBytes, _left.Token);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var text = await reader.ReadToEndAsync(_left.Token);
        // One that was longer on its way than a newer one.
        if (version < _version)
            return;
        (_text, _version) = (text, version);
        _ = ReadSoonAsync();
    }

    [JSInvokable]
    public ImmutableArray<LabCompletion> Complete(int line, int column) => LabAssist.Complete(_text, line, column);

    [JSInvokable]
    public LabHover? Hover(int line, int column) => LabAssist.Hover(_text, line, column);

    [JSInvokable]
    public Task TooLarge(long bytes) => OnTooLarge.InvokeAsync(bytes);

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_module is not null)
            {
                // Asked for before anything is waited for: the host is still in the document.
                var parting = _module.InvokeVoidAsync("dispose", _host);
                await _left.CancelAsync();
                await parting;
                await _module.DisposeAsync();
            }
        }
        catch (Exception exception) when (exception is JSException or JSDisconnectedException or OperationCanceledException)
        {
            // The browser is gone, and its editor with it.
        }
        await _left.CancelAsync();
        _self?.Dispose();
        _left.Dispose();
    }

    private async Task ReadSoonAsync()
    {
        var change = ++_changes;
        try
        {
            await Task.Delay(Pause, Time, _left.Token);
            if (change == _changes)
                await InvokeAsync(ReadAsync);
        }
        catch (Exception exception) when (_left.IsCancellationRequested || exception is OperationCanceledException)
        {
            // The page was left.
        }
        catch (Exception exception)
        {
            await DispatchExceptionAsync(exception);
        }
    }

    private async Task ReadAsync()
    {
        var change = _changes;
        var text = _text;
        var reading = await Task.Run(() => LabCheck.Read(text));
        if (change != _changes || _left.IsCancellationRequested)
            return;
        if (_ready)
            await _module!.InvokeVoidAsync("mark", _left.Token, _host, reading.Remarks.Select(remark => new { kind = remark.Kind.ToString(), remark.Line, remark.Start, remark.End, remark.Text }));
        await OnRead.InvokeAsync(reading);
    }

    public sealed record TextChange(int At, int Drop, string Text);

    [LoggerMessage(8110, LogLevel.Warning, "A browser could not load the editor.")]
    private static partial void LogNotLoaded(ILogger logger, Exception exception);
}

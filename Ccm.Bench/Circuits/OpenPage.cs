using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Ccm.Bench.Dom;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;

namespace Ccm.Bench.Circuits;

/// <summary>
/// A page that is open and live, as the portal sees it: its HTML was read, its circuit is up, everything painted is acknowledged. Nobody
/// lays it out, so that hundreds of them cost the machine hardly more than the portal's own work.
/// </summary>
internal sealed partial class OpenPage : IAsyncDisposable
{
    /// <summary>A hundred pages of 100,000 rows are no small matter.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<int, double> _seen = new();
    private readonly HubConnection _connection;
    private TaskCompletionSource _painted = NewSignal();

    private OpenPage(Visitor visitor)
    {
        var builder = new HubConnectionBuilder().WithUrl(new Uri(visitor.Portal, "/_blazor"), HttpTransportType.WebSockets, options =>
        {
            options.SkipNegotiation = true;
            options.Cookies = visitor.Cookies;
            options.Headers["Origin"] = visitor.Portal.GetLeftPart(UriPartial.Authority);
        });
        builder.Services.AddSingleton<IHubProtocol, BlazorPack>();
        _connection = builder.Build();
        _connection.On<long, byte[]>("JS.RenderBatch", PaintAsync);
        _connection.On<long, string, string, int, long, int>("JS.BeginInvokeJS", AnswerAsync);
        _connection.On<string>("JS.Error", error => Fault = error);
    }

    /// <summary>By the number of the change, when it stood in what was to be painted, ms since 1970.</summary>
    public IReadOnlyDictionary<int, double> Seen => _seen;

    /// <summary>Ids of the rows that it shows, from the top.</summary>
    public string[] Rows { get; private init; } = [];

    /// <summary>What the circuit ended with; null while it lives.</summary>
    public string? Fault { get; private set; }

    public static async Task<OpenPage> OpenAsync(Visitor visitor, string path)
    {
        var html = await visitor.ReadAsync(path);
        var page = new OpenPage(visitor) { Rows = [.. Row().Matches(html).Select(row => row.Groups[1].Value)] };
        await page._connection.StartAsync();
        var state = State().Match(html).Groups[1].Value;
        var address = new Uri(visitor.Portal, path).ToString();
        await page._connection.InvokeAsync<string>("StartCircuit", visitor.Portal.ToString(), address, "[]", state);
        var operations = Marker().Matches(html).Where(marker => marker.Groups[1].Value.Contains("\"descriptor\"", StringComparison.Ordinal))
            .Select((marker, n) => $$"""{"type":"add","ssrComponentId":{{n + 1}},"marker":{{marker.Groups[1].Value}}}""");
        var painted = page._painted.Task;
        await page._connection.SendAsync("UpdateRootComponents", $$"""{"batchId":1,"operations":[{{string.Join(',', operations)}}]}""", state);
        await painted.WaitAsync(Patience, TimeProvider.System);
        return page;
    }

    /// <summary>Waits until a change stands in what is painted.</summary>
    public async Task SeesAsync(int change)
    {
        for (var painted = Volatile.Read(ref _painted).Task; !_seen.ContainsKey(change); painted = Volatile.Read(ref _painted).Task)
        {
            if (Fault is { } fault)
                throw new BenchException($"A page ended: {fault}");
            if (!_seen.ContainsKey(change))
                await painted.WaitAsync(Patience, TimeProvider.System);
        }
    }

    public void Forget() => _seen.Clear();

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task PaintAsync(long batch, byte[] content)
    {
        var now = Clock.Now;
        foreach (Match change in Change().Matches(Encoding.Latin1.GetString(content)))
            _seen.TryAdd(int.Parse(change.Groups[1].ValueSpan, CultureInfo.InvariantCulture), now);
        Interlocked.Exchange(ref _painted, NewSignal()).TrySetResult();
        await _connection.SendAsync("OnRenderCompleted", batch, (string?)null);
    }

    /// <summary>A call of the page's scripts, which find nothing and do nothing here.</summary>
    private Task AnswerAsync(long handle, string identifier, string arguments, int resultType, long target, int callType) =>
        handle == 0 ? Task.CompletedTask : _connection.SendAsync("EndInvokeJSFromDotNet", handle, true, $"[{handle},true,null]");

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [GeneratedRegex("<tr[^>]* data-id=\"([^\"]*)\"")]
    private static partial Regex Row();

    [GeneratedRegex("<!--Blazor-Server-Component-State:(.*?)-->")]
    private static partial Regex State();

    [GeneratedRegex(@"<!--Blazor:(\{.*?\})-->")]
    private static partial Regex Marker();

    /// <summary>As <see cref="RowChanges"/> writes the number of a change into a row.</summary>
    [GeneratedRegex(@"1\.0\.(\d+)")]
    private static partial Regex Change();
}

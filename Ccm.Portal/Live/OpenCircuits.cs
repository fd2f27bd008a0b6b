using System.Collections.Concurrent;
using System.Security.Claims;
using Ccm.Portal.Identity;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.JSInterop;

namespace Ccm.Portal.Live;

/// <summary>The browsers that have a page open on this replica: so many a person at the most, and sent on to another replica before this one stops.</summary>
internal sealed partial class OpenCircuits(IHostApplicationLifetime lifetime, TimeProvider time, ILogger<OpenCircuits> logger)
{
    /// <summary>Pages that one person can have open; each costs memory.</summary>
    public const int MostOfOne = 100;

    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<string, int> _connections = new();
    private readonly ConcurrentDictionary<string, IJSRuntime> _circuits = new();
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Where a page that lost its circuit asks whether it would get one here.</summary>
    public const string AskPath = "/account/circuit";

    /// <summary>Whether this replica is about to stop and takes no more.</summary>
    public bool Closing { get; private set; }

    /// <summary>Connected pages, of everybody.</summary>
    public int Count => _circuits.Count;

    public bool IsFull(string person) => _connections.GetValueOrDefault(person) >= MostOfOne;

    /// <summary>Stands between authentication and the circuits' endpoint, and counts each connection while it lasts. There are none but WebSockets.</summary>
    public async Task AdmitAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path != "/_blazor" || HttpMethods.IsPost(context.Request.Method))
        {
            await next(context);
            return;
        }
        if (Refuses(context) is { } status)
        {
            context.Response.StatusCode = status;
            return;
        }
        var person = PersonOf(context);
        _connections.AddOrUpdate(person, 1, (_, count) => count + 1);
        try
        {
            await next(context);
        }
        finally
        {
            var left = _connections.AddOrUpdate(person, 0, (_, count) => count - 1);
            if (left == 0)
                _connections.TryRemove(KeyValuePair.Create(person, 0));
        }
    }

    public static IResult Answer(HttpContext context, OpenCircuits circuits)
    {
        context.Response.Headers.CacheControl = "no-store";
        var status = Actors.RolesOf(context.User).Any() ? circuits.Refuses(context) : StatusCodes.Status401Unauthorized;
        return Results.StatusCode(status ?? StatusCodes.Status204NoContent);
    }

    /// <summary>
    /// From now on a stop moves the pages on. Belongs behind the mapping of the hubs, which close all connections when the host begins to
    /// stop, and before the start of the engine, whose leaders step down then: whatever registers last is called first.
    /// </summary>
    public void MoveOnAtStop() => lifetime.ApplicationStopping.Register(MoveAllOn);

    private int? Refuses(HttpContext context) =>
        Closing ? StatusCodes.Status503ServiceUnavailable : IsFull(PersonOf(context)) ? StatusCodes.Status429TooManyRequests : null;

    private static string PersonOf(HttpContext context) => context.User.FindFirst(IdentityClaims.Subject)?.Value ?? "";

    /// <summary>Holds the stop up until all are gone, but not for long: what does not move on in time loads itself anew.</summary>
    private void MoveAllOn()
    {
        Closing = true;
        var circuits = _circuits.ToArray();
        if (circuits.Length == 0)
            return;
        LogMoving(circuits.Length);
        foreach (var (_, script) in circuits)
            _ = AskAsync(script);
        if (!_circuits.IsEmpty)
            Task.WhenAny(_empty.Task, Task.Delay(Farewell, time)).GetAwaiter().GetResult();
        LogMoved(_circuits.Count);
    }

    private async Task AskAsync(IJSRuntime script)
    {
        try
        {
            await script.InvokeVoidAsync("ccm.moveOn");
        }
        catch (Exception exception) when (exception is JSException or JSDisconnectedException or OperationCanceledException or InvalidOperationException)
        {
            LogNotAsked(exception);
        }
    }

    private void Remove(string circuit)
    {
        _circuits.TryRemove(circuit, out _);
        if (Closing && _circuits.IsEmpty)
            _empty.TrySetResult();
    }

    /// <summary>Knows the circuit's browser while it is connected.</summary>
    internal sealed class Member(OpenCircuits all, IJSRuntime script) : CircuitHandler
    {
        public override Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken)
        {
            all._circuits[circuit.Id] = script;
            return Task.CompletedTask;
        }

        public override Task OnConnectionDownAsync(Circuit circuit, CancellationToken cancellationToken)
        {
            all.Remove(circuit.Id);
            return Task.CompletedTask;
        }

        public override Task OnCircuitClosedAsync(Circuit circuit, CancellationToken cancellationToken)
        {
            all.Remove(circuit.Id);
            return Task.CompletedTask;
        }
    }

    [LoggerMessage(8201, LogLevel.Information, "Stopping: {Count} open pages are sent to another replica.")]
    private partial void LogMoving(int count);

    [LoggerMessage(8202, LogLevel.Information, "Stopping: {Count} open pages are left behind.")]
    private partial void LogMoved(int count);

    [LoggerMessage(8203, LogLevel.Debug, "A page could not be asked to move on.")]
    private partial void LogNotAsked(Exception exception);
}

using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Ccm.Engine.Hosts;
using Ccm.Engine.Labs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ccm.Tests.Hosts;

/// <summary>
/// Answers as CML's REST interface is documented to: tokens, labs whose starts and stops take a while, refusals in its words. It is no CML:
/// it runs nothing, and what it does not know of the real one no test here shows.
/// </summary>
/// <remarks>A lab is on its way until it has been asked for so often, or until <see cref="Settle"/>; no time is involved.</remarks>
internal sealed partial class CmlStandIn : IAsyncDisposable
{
    public const string Username = "ccm";
    public const string Password = "s3cret-of-the-host";
    private readonly ConcurrentDictionary<string, StandInLab> _labs = new();
    private readonly ConcurrentDictionary<string, bool> _tokens = new();
    private readonly WebApplication _app;
    private int _signIns;

    private CmlStandIn(WebApplication app) => _app = app;

    public Uri Address { get; private set; } = null!;

    /// <summary>What to do to a request instead of answering it, or after having carried it out; null: nothing.</summary>
    public Func<HttpRequest, StandInFault?> Fault { get; set; } = _ => null;

    /// <summary>A lab that starts or stops has arrived when it has been asked for so often.</summary>
    public int QuestionsOnTheWay { get; init; } = 2;

    public bool Ready { get; set; } = true;

    public string Version { get; set; } = "2.8.1+build.14";

    public int Cores { get; set; } = 8;

    public long MemoryBytes { get; set; } = 64L << 30;

    public long DiskBytes { get; set; } = 500L << 30;

    public string Authorization { get; set; } = "IN_COMPLIANCE";

    /// <summary>Nodes licensed beyond the base of 20.</summary>
    public int ExtraNodes { get; set; }

    public int SignIns => _signIns;

    /// <summary>Every lab on it, by title.</summary>
    public ILookup<string, StandInLab> Titles => _labs.Values.ToLookup(lab => lab.Title);

    /// <param name="certificate">Served with; null: no TLS.</param>
    public static async Task<CmlStandIn> StartAsync(X509Certificate2? certificate = null, int questionsOnTheWay = 2)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
                listen.UseHttps(certificate);
        }));
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        var host = new CmlStandIn(app) { QuestionsOnTheWay = questionsOnTheWay };
        app.Use(host.InterfereAsync);
        app.UseRouting();
        host.Map(app.MapGroup("/api/v0"));
        await app.StartAsync();
        host.Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return host;
    }

    /// <summary>Every token given so far counts for nothing.</summary>
    public void ExpireTokens() => _tokens.Clear();

    /// <summary>Whatever is on its way arrives.</summary>
    public void Settle()
    {
        foreach (var lab in _labs.Values)
            lab.Settle();
    }

    /// <summary>A lab that somebody else, or nobody, put there.</summary>
    public string Put(string title, string state = "DEFINED_ON_CORE", int nodes = 2)
    {
        var lab = new StandInLab(Guid.NewGuid().ToString(), title, nodes, nodes, state, "somebody");
        _labs[lab.Id] = lab;
        return lab.Id;
    }

    /// <summary>Somebody removed it behind CCM's back.</summary>
    public void Take(string id) => _labs.TryRemove(id, out _);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task InterfereAsync(HttpContext http, RequestDelegate next)
    {
        switch (Fault(http.Request))
        {
            case null:
                await next(http);
                break;
            case StandInFault.Answer answer:
                http.Response.StatusCode = answer.Status;
                http.Response.ContentType = answer.ContentType;
                await http.Response.WriteAsync(answer.Body);
                break;
            case StandInFault.Silence:
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                break;
            case StandInFault.Hangup:
                http.Abort();
                break;
            case StandInFault.LostAnswer:
                // Carried out, and the connection breaks before anything of the answer has left.
                http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
                await next(http);
                http.Abort();
                break;
        }
    }
}

/// <summary>What can happen to a request.</summary>
internal abstract record StandInFault
{
    /// <summary>Somebody else answers: a proxy, or a CML that is not well.</summary>
    public sealed record Answer(int Status, string Body, string ContentType = "text/html") : StandInFault;

    public sealed record Silence : StandInFault;

    /// <summary>The connection breaks before anything is carried out.</summary>
    public sealed record Hangup : StandInFault;

    /// <summary>It is carried out, and nobody hears of it.</summary>
    public sealed record LostAnswer : StandInFault;
}

/// <summary>A lab on the stand-in.</summary>
internal sealed class StandInLab(string id, string title, int nodes, int licensedNodes, string state, string owner)
{
    private readonly Lock _lock = new();
    private string _state = state;
    private string? _target;
    private int _questions;

    public string Id => id;

    public string Title => title;

    public int Nodes => nodes;

    public int LicensedNodes => licensedNodes;

    /// <summary>Who imported it.</summary>
    public string Owner => owner;

    /// <summary>As CML names it: a lab whose nodes have all booted is STARTED still.</summary>
    public string State
    {
        get
        {
            lock (_lock)
                return _state;
        }
    }

    public bool IsUp => State == "STARTED";

    public bool Converged
    {
        get
        {
            lock (_lock)
            {
                if (_target is not null && --_questions <= 0)
                    Arrive();
                return _target is null;
            }
        }
    }

    /// <summary>A start or a stop, which takes so many questions.</summary>
    public void Go(string target, int questions)
    {
        lock (_lock)
        {
            if ((_target ?? _state) == target || (target == "STOPPED" && _state == "DEFINED_ON_CORE"))
                return;
            if (target == "STARTED")
                _state = target;
            _target = target;
            _questions = questions;
        }
    }

    public void Wipe()
    {
        lock (_lock)
            _state = "DEFINED_ON_CORE";
    }

    public void Settle()
    {
        lock (_lock)
            Arrive();
    }

    private void Arrive()
    {
        _state = _target ?? _state;
        _target = null;
    }
}

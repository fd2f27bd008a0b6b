using Ccm.Engine.Domain;
using Ccm.Portal.Identity;
using Ccm.Portal.Live;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccm.Tests.Components.Live;

public sealed class OpenCircuitsTests : IDisposable
{
    private readonly ApplicationLifetime _lifetime = new(NullLogger<ApplicationLifetime>.Instance);
    private readonly OpenCircuits _circuits;

    public OpenCircuitsTests() => _circuits = new OpenCircuits(_lifetime, TimeProvider.System, NullLogger<OpenCircuits>.Instance);

    [Fact]
    public async Task Admit_OneTooMany_IsRefusedForThatPersonAlone()
    {
        var leave = new TaskCompletionSource();
        var open = Enumerable.Range(0, OpenCircuits.MostOfOne).Select(_ => _circuits.AdmitAsync(WebSocketOf("ann"), _ => leave.Task)).ToList();

        var more = WebSocketOf("ann");
        await _circuits.AdmitAsync(more, _ => throw new InvalidOperationException("It was let in."));
        var another = WebSocketOf("bob");
        await _circuits.AdmitAsync(another, _ => Task.CompletedTask);
        leave.SetResult();
        await Task.WhenAll(open);
        var later = WebSocketOf("ann");
        await _circuits.AdmitAsync(later, _ => Task.CompletedTask);

        Assert.Equal((429, 200, 200), (more.Response.StatusCode, another.Response.StatusCode, later.Response.StatusCode));
        Assert.False(_circuits.IsFull("ann"));
    }

    [Fact]
    public async Task Admit_AboutToStop_IsRefused()
    {
        _circuits.MoveOnAtStop();
        _lifetime.StopApplication();

        var late = WebSocketOf("ann");
        await _circuits.AdmitAsync(late, _ => throw new InvalidOperationException("It was let in."));
        var file = WebSocketOf("ann");
        file.Request.Path = "/ccm.js";
        await _circuits.AdmitAsync(file, _ => Task.CompletedTask);

        Assert.True(_circuits.Closing);
        Assert.Equal((503, 200), (late.Response.StatusCode, file.Response.StatusCode));
    }

    public void Dispose() => _lifetime.StopApplication();

    private static DefaultHttpContext WebSocketOf(string person)
    {
        var context = new DefaultHttpContext { User = IdentityClaims.Principal(person, person, [Role.User]) };
        context.Request.Path = "/_blazor";
        context.Request.Method = "GET";
        return context;
    }
}

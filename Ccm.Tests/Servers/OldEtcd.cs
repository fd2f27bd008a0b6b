using System.Buffers.Binary;
using System.Net;
using Etcdserverpb;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ccm.Tests.Servers;

/// <summary>Stands in for an etcd that is too old, as far as to say so when it is asked for its status: a real one is not to be had.</summary>
internal sealed class OldEtcd : IAsyncDisposable
{
    private readonly WebApplication _app;

    private OldEtcd(WebApplication app) => _app = app;

    /// <summary><c>host:port</c>.</summary>
    public string Endpoint => new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Authority;

    public static async Task<OldEtcd> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.MapPost("/etcdserverpb.Maintenance/Status", AnswerAsync);
        await app.StartAsync();
        return new OldEtcd(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task AnswerAsync(HttpContext http)
    {
        var message = new StatusResponse { Header = new ResponseHeader { MemberId = 1 }, Version = "3.4.37", Leader = 1 }.ToByteArray();
        var frame = new byte[message.Length + 5];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        http.Response.ContentType = "application/grpc";
        await http.Response.Body.WriteAsync(frame);
        http.Response.AppendTrailer("grpc-status", "0");
    }
}

using System.Net;
using System.Net.WebSockets;
using Ccm.Portal.Live;
using Ccm.Tests.Servers;
using Person = Ccm.Tests.Identity.Browser;

namespace Ccm.Tests.Story;

/// <summary>Who may open a circuit, and how many: asked as a browser does, by a WebSocket.</summary>
public sealed class OpenPagesStory
{
    [Fact]
    public async Task Circuits_OfNobodyOfAForeignPageAndTooMany_AreRefused()
    {
        using var directory = new TemporaryDirectory();
        await using var portal = await PortalProcess.StartAsync($"--Ccm:DataDirectory={directory.Path}", "--Ccm:Seed:DemoLabs=false");
        using var viewer = new Person(portal.Address);
        await viewer.SignInAsync("/account", "viewer", "viewer");
        using var user = new Person(portal.Address);
        await user.SignInAsync("/account", "user", "user");

        // Led on to the sign-in page, which is no WebSocket.
        Assert.Equal(HttpStatusCode.OK, await AskAsync(portal, null));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(portal, viewer, "https://evil.example"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(portal, viewer, "null"));
        var open = new List<ClientWebSocket>();
        for (var n = 0; n < OpenCircuits.MostOfOne; n++)
            open.Add(await OpenAsync(portal, viewer, portal.Address.GetLeftPart(UriPartial.Authority)));

        Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync(portal, viewer));
        Assert.Equal(HttpStatusCode.TooManyRequests, (await viewer.GetAsync(OpenCircuits.AskPath)).Response.StatusCode);
        Assert.Contains("You have 100 pages open", (await viewer.GetAsync("/instances")).Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.SwitchingProtocols, await AskAsync(portal, user));
        open[0].Abort();
        await Eventually.HoldsAsync(async () => await AskAsync(portal, viewer) == HttpStatusCode.SwitchingProtocols, "there is room again");
        open.ForEach(socket => socket.Dispose());
    }

    private static async Task<HttpStatusCode> AskAsync(PortalProcess portal, Person? person, string? origin = null)
    {
        using var socket = Socket(person, portal, origin);
        try
        {
            await ConnectAsync(socket, portal);
        }
        catch (WebSocketException)
        {
            // The status says why.
        }
        return socket.HttpStatusCode;
    }

    private static async Task<ClientWebSocket> OpenAsync(PortalProcess portal, Person person, string origin)
    {
        var socket = Socket(person, portal, origin);
        await ConnectAsync(socket, portal);
        return socket;
    }

    private static ClientWebSocket Socket(Person? person, PortalProcess portal, string? origin)
    {
        var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        if (person is not null)
            socket.Options.SetRequestHeader("Cookie", person.Cookies.GetCookieHeader(portal.Address));
        if (origin is not null)
            socket.Options.SetRequestHeader("Origin", origin);
        return socket;
    }

    private static Task ConnectAsync(ClientWebSocket socket, PortalProcess portal) =>
        socket.ConnectAsync(new UriBuilder(portal.Address) { Scheme = "ws", Path = "/_blazor" }.Uri, TestContext.Current.CancellationToken);
}

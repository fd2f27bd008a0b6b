using System.Net;
using Ccm.Tests.Servers;

namespace Ccm.Tests.Faults;

using Browser = Identity.Browser;

/// <summary>Redis goes: people sign in again, and nothing else knows.</summary>
[Collection(FaultCollection.Name)]
public sealed class RedisOutageTests
{
    [Fact]
    public async Task FlushAndKill_Redis_CostsASignInAndNothingElse()
    {
        await using var world = await FaultWorld.StartAsync(new WorldPlan());
        using var browser = new Browser(world.Replicas[0].Portal.Address);
        using var other = new Browser(world.Replicas[1].Portal.Address, cookies: browser.Cookies);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/workers")).Response.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await other.Stepwise().GetAsync("/workers")).Response.StatusCode);

        world.Mark("FLUSHALL");
        await world.Sessions.FlushAsync();
        Assert.Equal(HttpStatusCode.Redirect, (await browser.Stepwise().GetAsync("/workers")).Response.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/workers")).Response.StatusCode);

        world.Mark("Redis is killed");
        await world.Sessions.KillAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await browser.GetAsync("/workers")).Response.StatusCode);
        await FaultWorld.GoOnAsync(5);
        await world.Sessions.RunAsync();
        world.Mark("Redis is back", serves: true);
        await BackAsync(browser).OrLate();
        await FaultWorld.GoOnAsync(1);

        await world.CheckAsync();
        Assert.DoesNotContain(world.Sender.Ended.SelectMany(call => call.Attempts), attempt => attempt.Status == (int)HttpStatusCode.ServiceUnavailable);
    }

    private static async Task BackAsync(Browser browser)
    {
        while ((await browser.GetAsync("/workers")).Response.StatusCode == HttpStatusCode.ServiceUnavailable)
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
    }
}

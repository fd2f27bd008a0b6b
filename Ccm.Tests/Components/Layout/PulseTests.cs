using Bunit;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Layout;
using Ccm.Portal.Live;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Components.Layout;

public sealed class PulseTests
{
    [Fact]
    public async Task Render_WatchSpeaks_IsLiveAtItsRevision()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Instance());

        var pulse = portal.Open<Pulse>();

        Assert.Equal("as of revision 1, live", Text(pulse));
        Assert.DoesNotContain("stale", pulse.Find("[data-test=pulse]").ClassList);
    }

    [Fact]
    public async Task Beat_StateMovedOn_ShowsTheNewRevision()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        var pulse = portal.Open<Pulse>();

        await portal.PutAsync(Sample.Instance());

        portal.ShowsInTime(pulse, () => Assert.Equal("as of revision 1, live", Text(pulse)));
    }

    [Fact]
    public async Task Beat_WatchSilent_TellsTheAgeAndThenThatItIsLiveAgain()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Instance());
        var pulse = portal.Open<Pulse>();

        portal.Store.Silence("no answer");

        portal.ShowsInTime(pulse, () =>
        {
            Assert.Contains("stale", pulse.Find("[data-test=pulse]").ClassList);
            Assert.Matches(@"^as of revision 1, [1-9]\d* s ago$", Text(pulse));
        });

        portal.Store.Speak();

        portal.ShowsInTime(pulse, () => Assert.Equal("as of revision 1, live", Text(pulse)));
        Assert.DoesNotContain("stale", pulse.Find("[data-test=pulse]").ClassList);
    }

    [Fact]
    public async Task Beat_NothingNew_IsNotPaintedAgain()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        var pulse = portal.Open<Pulse>();

        // Beats without anything new, then one with: all of them have been by when that one shows.
        for (var second = 0; second < 5; second++)
        {
            portal.Time.Advance(TimeSpan.FromSeconds(1));
            await pulse.InvokeAsync(() => { });
        }
        await portal.PutAsync(Sample.Instance());
        portal.ShowsInTime(pulse, () => Assert.Equal("as of revision 1, live", Text(pulse)));

        Assert.Equal(2, pulse.RenderCount);
    }

    [Fact]
    public async Task Pause_ChangesWait_TellsTheRevisionShownAndHowManyUntilResumed()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Instance());
        var pause = new LivePause();
        var pulse = portal.Open<Pulse>(parameters: parameters => parameters.Add(p => p.Pause, pause));

        await pulse.Find("[data-test=pause]").ClickAsync();
        Assert.Equal("paused at revision 1, nothing waits", Text(pulse));
        Assert.Equal("true", pulse.Find("[data-test=pause]").GetAttribute("aria-pressed"));

        await portal.PutAsync(Sample.Worker());
        await pulse.InvokeAsync(() => pause.Hold(["workers/w-1", "instances/i-1"]));
        await pulse.InvokeAsync(() => pause.Hold(["workers/w-1"]));
        Assert.Equal("paused at revision 1, 2 changes wait", Text(pulse));

        await pulse.Find("[data-test=pause]").ClickAsync();
        portal.ShowsInTime(pulse, () => Assert.Equal("as of revision 2, live", Text(pulse)));
        Assert.Equal(0, pause.Waiting);
    }

    private static string Text(IRenderedComponent<Pulse> pulse) => string.Join(' ', pulse.Find("[data-test=pulse]").TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}

using Bunit;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Portal.Live;
using Ccm.Tests.Domain;
using Ccm.Tests.Servers;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Components.Web;

namespace Ccm.Tests.Components.Live;

/// <summary>How the live parts of one circuit share its subscription.</summary>
public sealed class CircuitFeedTests
{
    [Fact]
    public async Task Open_SeveralParts_OneSubscriptionForAllUntilTheLastHasLeft()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        var parts = Open(portal);

        await portal.PutAsync(Sample.Instance("i-1"));

        PortalContext.Shows(parts, () => Assert.All(parts.FindComponents<Counter>(), part => Assert.Equal("1", part.Markup)));
        Assert.Equal(1, portal.Cache.SubscriberCount);

        parts.Render(parameters => parameters.Add(p => p.Count, 1));
        await portal.PutAsync(Sample.Instance("i-2"));

        PortalContext.Shows(parts, () => Assert.Equal("2", parts.Markup));
        Assert.Equal(1, portal.Cache.SubscriberCount);

        parts.Render(parameters => parameters.Add(p => p.Count, 0));
        await Eventually.HoldsAsync(() => Task.FromResult(portal.Cache.SubscriberCount == 0), "nobody follows any more");

        parts.Render(parameters => parameters.Add(p => p.Count, 2));
        await portal.PutAsync(Sample.Instance("i-3"));
        PortalContext.Shows(parts, () => Assert.Equal("33", parts.Markup));
        Assert.Equal(1, portal.Cache.SubscriberCount);
    }

    /// <summary>What the others are told may be older than what it began with: it never goes back.</summary>
    [Fact]
    public async Task Follow_PartThatHasSeenMore_KeepsItAndGoesOnFromThere()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        var old = portal.Cache.Current;
        await portal.PutAsync(Sample.Instance("i-1"));
        var middle = portal.Cache.Current;
        await portal.PutAsync(Sample.Instance("i-2"));
        var parts = Open(portal, 1);
        var part = parts.FindComponent<Counter>().Instance;
        PortalContext.Shows(parts, () => Assert.Equal("2", parts.Markup));

        await part.FollowAsync(new FleetChange(old, middle, false, ["i-1"], [], false, false, false, false));
        Assert.Equal("2", parts.Markup);

        await portal.PutAsync(Sample.Instance("i-3"));
        await part.FollowAsync(new FleetChange(middle, portal.Cache.Current, false, ["i-2", "i-3"], [], false, false, false, false));
        Assert.Equal("3", parts.Markup);
    }

    /// <summary>A state store that was set back counts from less again: what is listed anew holds, whatever its revision.</summary>
    [Fact]
    public async Task Follow_StateListedAnewAtALowerRevision_IsShown()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        var old = portal.Cache.Current;
        await portal.PutAsync(Sample.Instance("i-1"));
        var parts = Open(portal, 1);
        PortalContext.Shows(parts, () => Assert.Equal("1", parts.Markup));

        await parts.FindComponent<Counter>().Instance.FollowAsync(FleetChange.Resync(FleetSnapshot.Empty, old));

        Assert.Equal("0", parts.Markup);
    }

    /// <summary>Some parts read what they show only when they are told.</summary>
    [Fact]
    public async Task Open_WhileThePageIsPaused_IsToldWhatIsThen()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Instance("i-1"));
        var pause = new LivePause();
        pause.Pause(portal.Cache.Current.Revision);

        var parts = portal.Open<Parts>(parameters: parameters => parameters.Add(p => p.Count, 1).AddCascadingValue(pause));

        PortalContext.Shows(parts, () => Assert.Equal(1, parts.FindComponent<Counter>().Instance.Told));
    }

    [Fact]
    public async Task Fault_OfOnePart_IsNothingToTheOthers()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        var parts = Open(portal);
        parts.FindComponents<Counter>()[0].Instance.Fails = true;

        await portal.PutAsync(Sample.Instance("i-1"));

        PortalContext.Shows(parts, () => Assert.Equal("caught11", parts.Markup));
        await portal.PutAsync(Sample.Instance("i-2"));
        PortalContext.Shows(parts, () => Assert.Equal("caught22", parts.Markup));
    }

    private static IRenderedComponent<Parts> Open(PortalContext portal, int count = 3) => portal.Open<Parts>(parameters: parameters => parameters.Add(p => p.Count, count));

    private sealed class Parts : ComponentBase
    {
        [Parameter]
        public int Count { get; set; }

        protected override void BuildRenderTree(RenderTreeBuilder builder)
        {
            for (var n = 0; n < Count; n++)
            {
                builder.OpenComponent<ErrorBoundary>(0);
                builder.SetKey(n);
                builder.AddAttribute(1, "ChildContent", (RenderFragment)(inner =>
                {
                    inner.OpenComponent<Counter>(0);
                    inner.CloseComponent();
                }));
                builder.AddAttribute(2, "ErrorContent", (RenderFragment<Exception>)(_ => inner => inner.AddContent(0, "caught")));
                builder.CloseComponent();
            }
        }
    }

    private sealed class Counter : LivePage
    {
        public bool Fails { get; set; }

        public int Told { get; private set; }

        protected override bool Apply(FleetChange change)
        {
            Told++;
            return Fails ? throw new InvalidOperationException("planted") : true;
        }

        protected override void BuildRenderTree(RenderTreeBuilder builder) => builder.AddContent(0, Fleet.Instances.Count);
    }
}

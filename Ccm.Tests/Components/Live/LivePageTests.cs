using Bunit;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Portal.Components.Pages.Instances;
using Ccm.Portal.Live;
using Ccm.Tests.Domain;
using Microsoft.AspNetCore.Components.Web;

namespace Ccm.Tests.Components.Live;

/// <summary>What every live page promises, shown on one that fails where it is told to.</summary>
public sealed class LivePageTests
{
    [Fact]
    public async Task Leave_Page_EndsItsSubscription()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        var page = portal.Open<InstancesPage>("/instances");
        PortalContext.Shows(page, () => Assert.Equal(1, portal.Cache.SubscriberCount));

        await portal.LeaveAsync();

        Assert.Equal(0, portal.Cache.SubscriberCount);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Try_AnyFault_IsToldAndThePageIsReadyForTheNext(Exception fault, string told)
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        var page = portal.Open<Faulty>();

        var carriedOut = await page.InvokeAsync(() => page.Instance.ActAsync(fault));

        Assert.False(carriedOut);
        Assert.False(page.Instance.IsBusy);
        PortalContext.Shows(portal.Messages, () => Assert.Contains(told, portal.Messages.Markup, StringComparison.Ordinal));
        Assert.True(await page.InvokeAsync(() => page.Instance.ActAsync(null)));
    }

    public static TheoryData<Exception, string> Faults => new()
    {
        { RefusedException.Conflict("It is busy.", "Wait."), "It is busy. Wait." },
        { new Engine.State.StateStoreUnavailableException("10.0.0.7:2379 refused"), "The state store does not answer." },
        { new Engine.Documents.DocumentsUnavailableException("10.0.0.8:27017 refused"), "is not known" },
        { new InvalidOperationException("inside"), "is not known" },
        { new TaskCanceledException("a time limit inside"), "is not known" },
    };

    [Fact]
    public async Task Try_HostileTexts_AreTextsInTheMessage()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        var page = portal.Open<Faulty>();

        await page.InvokeAsync(() => page.Instance.ActAsync(RefusedException.Conflict("'<img src=x onerror=alert(1)>' is no name.", "<script>alert(1)</script>")));
        await page.InvokeAsync(() => page.Instance.ActAsync(null, "<b id=bold>i-1</b> is done."));

        PortalContext.Shows(portal.Messages, () => Assert.Contains("is done.", portal.Messages.Markup, StringComparison.Ordinal));
        Assert.Empty(portal.Messages.FindAll("img, script, #bold"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Fault_WhereNobodyWaits_ReachesTheErrorBoundary(bool inApply)
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        var boundary = portal.Open<ErrorBoundary>(parameters: parameters => parameters
            .Add(b => b.ChildContent, builder =>
            {
                builder.OpenComponent<Faulty>(0);
                builder.CloseComponent();
            })
            .Add(b => b.ErrorContent, fault => builder => builder.AddContent(0, $"caught {fault.Message}")));
        var page = boundary.FindComponent<Faulty>();

        if (inApply)
        {
            page.Instance.FailsInApply = true;
            await portal.PutAsync(Sample.Instance());
        }
        else
        {
            await page.InvokeAsync(page.Instance.BeginFault);
        }

        PortalContext.Shows(boundary, () => Assert.Equal("caught planted", boundary.Markup.Trim()));
    }

    [Fact]
    public async Task Pause_ChangesCome_AreHeldAndCountedEachObjectOnceAndShownTogether()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        var pause = new LivePause();
        var page = await OpenAsync(portal, pause);
        await page.InvokeAsync(() => pause.Pause(portal.Cache.Current.Revision));

        await portal.PutAsync(Sample.Instance("i-1"));
        await portal.PutAsync(Sample.Instance("i-1", InstanceState.Running));
        await portal.PutAsync(Sample.Instance("i-2"));
        await portal.PutAsync(Sample.Worker());

        await HeldAsync(page, pause, 3);
        Assert.Empty(page.FindAll("[data-test=row]"));

        await page.InvokeAsync(pause.Resume);

        PortalContext.Shows(page, () => Assert.Equal(2, page.FindAll("[data-test=row]").Count));
        Assert.Equal((false, 0), (pause.IsPaused, pause.Waiting));

        await portal.PutAsync(Sample.Instance("i-3"));

        PortalContext.Shows(page, () => Assert.Equal(3, page.FindAll("[data-test=row]").Count));
        Assert.Equal(0, pause.Waiting);
    }

    [Fact]
    public async Task Pause_RoleUser_OthersChangesAreNotCounted()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        var pause = new LivePause();
        var page = await OpenAsync(portal, pause);
        await page.InvokeAsync(() => pause.Pause(portal.Cache.Current.Revision));

        await portal.PutAsync(Sample.Worker());
        await portal.PutAsync(Sample.Instance("i-other") with { OwnerId = "other" });
        await portal.PutAsync(Sample.Instance("i-mine"));

        await HeldAsync(page, pause, 1);
    }

    [Fact]
    public async Task Pause_TheStateIsListedAnew_CountsWhatDiffersAndNothingElse()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Instance("i-1"));
        await portal.PutAsync(Sample.Instance("i-2"));
        var before = portal.Cache.Current;
        await portal.PutAsync(Sample.Instance("i-2", InstanceState.Running));
        await portal.PutAsync(Sample.Instance("i-3"));

        Assert.Equal(["instances/i-2", "instances/i-3"], ChangedObjects.Of(FleetChange.Resync(before, portal.Cache.Current), portal.Actor).Order());
    }

    [Fact]
    public async Task Pause_PartsThatOpenMeanwhile_ShowWhatIsThen()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        var pause = new LivePause();
        var page = await OpenAsync(portal, pause);
        await page.InvokeAsync(() => pause.Pause(portal.Cache.Current.Revision));
        await portal.PutAsync(Sample.Instance("i-1"));
        await HeldAsync(page, pause, 1);

        var late = await OpenAsync(portal, pause);

        Assert.Single(late.FindAll("[data-test=row]"));
    }

    /// <summary>While a page is paused nothing is painted that one could wait for.</summary>
    private static async Task HeldAsync(IRenderedComponent<InstancesPage> page, LivePause pause, int count)
    {
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await page.InvokeAsync(() =>
        {
            pause.Changed += Look;
            Look();
        });
        await held.Task.WaitAsync(Xunit.TestContext.Current.CancellationToken);
        await page.InvokeAsync(() => pause.Changed -= Look);

        void Look()
        {
            if (pause.Waiting == count)
                held.TrySetResult();
        }
    }

    /// <summary>Opened and following.</summary>
    private static async Task<IRenderedComponent<InstancesPage>> OpenAsync(PortalContext portal, LivePause pause)
    {
        var page = portal.Open<InstancesPage>("/instances", parameters => parameters.AddCascadingValue(pause));
        PortalContext.Shows(page, () => Assert.Equal(1, portal.Cache.SubscriberCount));
        await page.InvokeAsync(() => { });
        return page;
    }

    private sealed class Faulty : LivePage
    {
        public bool FailsInApply { get; set; }

        public bool IsBusy => Busy;

        public Task<bool> ActAsync(Exception? fault, string done = "Done.") => TryAsync(() => fault is null ? Task.CompletedTask : Task.FromException(fault), done);

        public void BeginFault() => Begin(async () =>
        {
            await Task.Yield();
            throw new InvalidOperationException("planted");
        });

        protected override bool Apply(FleetChange change) => FailsInApply ? throw new InvalidOperationException("planted") : false;
    }
}

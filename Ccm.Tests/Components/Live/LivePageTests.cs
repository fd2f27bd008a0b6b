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

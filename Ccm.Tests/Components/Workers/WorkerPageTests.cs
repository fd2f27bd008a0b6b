using System.Collections.Immutable;
using Bunit;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Pages.Workers;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Components.Workers;

public sealed class WorkerPageTests
{
    [Fact]
    public async Task Open_InUse_ShowsBarsPortsAndLabs()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Worker(), new Capacity(60, 120, 196, 96), 2000, 2001);
        await portal.PutAsync(Lab("i-1", 2000, 2001), "w-1");

        var page = Open(portal);

        Assert.Equal(["60 of 64 cores free", "120 of 128 GB free", "196 of 200 GB free", "96 of 100 licensed free"], page.FindAll(".ccm-bar .numbers").Select(bar => bar.TextContent));
        Assert.Equal("Port map: 2 of 8,000 ports taken", page.Find("[data-test=portmap]").GetAttribute("aria-label"));
        Assert.Equal("i-1", page.Find(".ccm-table a").TextContent);
        Assert.Equal(["Capacity", "Now", "Labs on it", "Ports"], page.FindAll("h2").Select(heading => heading.TextContent).Take(4));
    }

    [Fact]
    public async Task Change_LabComesAndGoes_IsFollowed()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Worker());
        var page = Open(portal);

        await portal.PutAsync(Lab("i-1", 2000), "w-1");
        await portal.PutAsync(Sample.Worker(), null, 2000);
        PortalContext.Shows(page, () => Assert.Equal("i-1", page.Find(".ccm-table a").TextContent));

        await portal.CommitAsync([], [Engine.State.StateKeys.InstanceState("i-1"), Engine.State.StateKeys.InstanceWorker("i-1")]);
        PortalContext.Shows(page, () => Assert.Empty(page.FindAll(".ccm-table a")));
    }

    [Fact]
    public async Task Open_PortHeldTwice_NamesBothInsteadOfFailing()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Worker(), null, 2000);
        await portal.PutAsync(Lab("i-1", 2000), "w-1");
        await portal.PutAsync(Lab("i-2", 2000), "w-1");

        var page = Open(portal);
        await page.Find("summary").ClickAsync();

        Assert.Equal("r0_serial of i-1 and r0_serial of i-2", page.FindAll("details td")[1].TextContent);
    }

    public static TheoryData<Role, WorkerState, bool, string> Buttons => new()
    {
        { Role.Viewer, WorkerState.Running, true, "" },
        { Role.Operator, WorkerState.Pending, true, "" },
        { Role.Operator, WorkerState.Provisioning, true, "" },
        { Role.Operator, WorkerState.Running, true, "Drain|Stop" },
        { Role.Operator, WorkerState.Running, false, "Drain" },
        { Role.Operator, WorkerState.Draining, false, "Cancel the drain" },
        { Role.Operator, WorkerState.Stopping, true, "" },
        { Role.Operator, WorkerState.Stopped, true, "Start" },
        { Role.Operator, WorkerState.Failed, false, "Start" },
        { Role.Operator, WorkerState.Terminated, true, "" },
        { Role.Admin, WorkerState.Running, false, "Drain|Give it back" },
        { Role.Admin, WorkerState.Draining, false, "Cancel the drain|Force the drain|Give it back" },
        { Role.Admin, WorkerState.Stopped, true, "Start|Give it back" },
        { Role.Admin, WorkerState.Failed, false, "Start|Declare it lost|Give it back" },
        { Role.Admin, WorkerState.Terminated, true, "" },
    };

    [Theory]
    [MemberData(nameof(Buttons))]
    public async Task Actions_EachRoleAndState_AreWhatMayBeDone(Role role, WorkerState state, bool empty, string buttons)
    {
        await using var portal = await PortalContext.StartAsync(role);
        await portal.PutAsync(Sample.Worker(state: state), empty ? null : new Capacity(60, 120, 196, 96));

        Assert.Equal(buttons, string.Join('|', Open(portal).FindAll(".ccm-head button").Select(button => button.TextContent.Trim())));
    }

    [Fact]
    public async Task Drain_AndCancel_FollowTheState()
    {
        await using var portal = await PortalContext.StartAsync(Role.Operator);
        await portal.PutAsync(Sample.Worker(), new Capacity(60, 120, 196, 96));
        var page = Open(portal);

        await DrainAsync(portal, page);
        PortalContext.Shows(page, () => Assert.Equal("DRAINING", page.Find(".ccm-head [data-test=state]").TextContent));
        Assert.Contains("Draining since", page.Markup, StringComparison.Ordinal);

        await page.Find("[data-test=cancel-drain]").ClickAsync();
        PortalContext.Shows(page, () => Assert.Equal("RUNNING", page.Find(".ccm-head [data-test=state]").TextContent));
    }

    [Fact]
    public async Task Drain_OfASilentWorker_SaysNothingOfALoss()
    {
        await using var portal = await PortalContext.StartAsync(Role.Operator);
        await portal.PutAsync(Sample.Worker() with { UnreachableSince = Sample.Now });
        await portal.PutAsync(Sample.Worker("w-2"));

        var asking = Open(portal).Find("[data-test=drain]").ClickAsync();
        portal.Dialogs.WaitForElement("[data-test=drain-confirm]");

        Assert.Contains("free at once", portal.Dialogs.Find("[data-test=drain-free]").TextContent, StringComparison.Ordinal);
        Assert.Empty(portal.Dialogs.FindAll("[data-test=drain-loss]"));
        portal.Dialogs.FindAll("button").Single(button => button.TextContent == "Not now").Click();
        await asking;
    }

    [Fact]
    public async Task Drain_Asked_TellsThePlanBeforeAnythingIsDone()
    {
        await using var portal = await PortalContext.StartAsync(Role.Operator);
        await portal.PutAsync(Sample.Worker(), new Capacity(56, 112, 192, 92), 2000, 2001);
        await portal.PutAsync(Sample.Worker("w-2"));
        await portal.PutAsync(Lab("i-1", 2000) with { TimeslotStart = Sample.Now, TimeslotEnd = Sample.Now.AddMinutes(90) }, "w-1");
        await portal.PutAsync(Sample.Instance("i-2", InstanceState.Scheduled), "w-1");
        var page = Open(portal);

        var asking = page.Find("[data-test=drain]").ClickAsync();
        portal.Dialogs.WaitForElement("[data-test=drain-confirm]");

        Assert.Equal("1 lab goes on until it ends. It is free by 13:30 at the latest, in 1 h 30 min, then it stops.", portal.Dialogs.Find("[data-test=drain-free]").TextContent);
        Assert.Equal("It takes no new work. Until the last of its labs has ended, the drain can be cancelled.", portal.Dialogs.Find("[data-test=drain-consequence]").TextContent);
        Assert.Equal("The drain counts as overdue from 16:00 on, in 4 h 0 min.", portal.Dialogs.Find("[data-test=drain-overdue]").TextContent);
        Assert.Equal("Of what takes work the fleet loses 64 of 128 cores (50 %), 128 of 256 GB of memory (50 %), 200 of 400 GB of storage (50 %), 100 of 200 licensed nodes (50 %); of the workers 1 of 2 of template metal (50 %). It is back once the worker is started again.",
            portal.Dialogs.Find("[data-test=drain-loss]").TextContent);
        Assert.Equal(["i-1", "ospf 1.0.0", "RUNNING", "user", "13:30"], portal.Dialogs.FindAll("[data-test=drain-blocking] tbody td").Select(cell => cell.TextContent));
        Assert.Contains("1 lab has not begun and is placed elsewhere: ospf 1.0.0 i-2", portal.Dialogs.Find("[data-test=drain-returning]").TextContent, StringComparison.Ordinal);
        Assert.Equal(WorkerState.Running, portal.Cache.Current.Workers["w-1"].Value.State);

        await portal.Dialogs.Find("[data-test=drain-confirm]").ClickAsync();
        await asking;
        PortalContext.Shows(page, () => Assert.Contains("1 lab goes on", page.Find("[data-test=draining]").TextContent, StringComparison.Ordinal));
        Assert.Empty(page.FindAll("[data-test=draining] table"));
        Assert.Contains("64 of 128 cores", page.Find("[data-test=draining]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Drain_NothingKeepsIt_SaysThatItCanBeStartedAgain()
    {
        await using var portal = await PortalContext.StartAsync(Role.Operator);
        await portal.PutAsync(Sample.Worker());
        var page = Open(portal);

        var asking = page.Find("[data-test=drain]").ClickAsync();

        Assert.Equal("It takes no new work. Once it has stopped, it can be started again.", portal.Dialogs.WaitForElement("[data-test=drain-consequence]").TextContent);
        await portal.Dialogs.Find("[data-test=drain-confirm]").ClickAsync();
        await asking;
    }

    [Fact]
    public async Task GiveBack_NameTyped_SetsTheTarget()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);
        await portal.PutAsync(Sample.Worker());
        var page = Open(portal);

        var giving = page.Find("[data-test=terminate]").ClickAsync();
        portal.Dialogs.WaitForElement("input").Input("w-1");
        await portal.Dialogs.Find("[data-test=confirm]").ClickAsync();
        await giving;

        PortalContext.Shows(page, () => Assert.Empty(page.FindAll("[data-test=terminate]")));
        Assert.Equal(WorkerTarget.Terminated, portal.Cache.Current.Workers["w-1"].Value.Target);
    }

    [Theory]
    [InlineData(Role.Operator, false)]
    [InlineData(Role.Admin, true)]
    public async Task Unreachable_DeclaredLostByWhoMay_IsLostOnceItsIdIsTyped(Role role, bool may)
    {
        await using var portal = await PortalContext.StartAsync(role);
        await portal.PutAsync(Sample.Worker() with { UnreachableSince = Sample.Now });
        var page = Open(portal);
        Assert.Equal(may ? 1 : 0, page.FindAll("[data-test=declare-lost]").Count);
        if (!may)
            return;

        var declaring = page.Find("[data-test=declare-lost]").ClickAsync();
        portal.Dialogs.WaitForElement("input").Input("w-1");
        await portal.Dialogs.Find("[data-test=confirm]").ClickAsync();
        await declaring;

        PortalContext.Shows(page, () => Assert.Empty(page.FindAll("[data-test=declare-lost]")));
        Assert.NotNull(portal.Cache.Current.Workers["w-1"].Value.LostSince);
    }

    [Theory]
    [InlineData(Role.User, "w-1")]
    [InlineData(Role.Admin, "w-none")]
    [InlineData(Role.Admin, "<img src=x onerror=alert(1)>")]
    public async Task Open_NotForOnesEyesOrNotThere_TellsNothing(Role role, string id)
    {
        await using var portal = await PortalContext.StartAsync(role);
        await portal.PutAsync(Sample.Worker() with { Address = "10.9.9.9" });

        var page = Open(portal, id);

        Assert.Equal($"There is no worker {id} to see", page.Find("h1").TextContent);
        Assert.Empty(page.FindAll("img, .ccm-bar"));
        Assert.DoesNotContain("10.9.9.9", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Drain_TimePasses_ItsProgressFollowsWithoutAnyChange()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Worker(state: WorkerState.Draining) with { DrainStartedAt = Sample.Now }, new Capacity(56, 112, 192, 92), 2000, 2001);
        await portal.PutAsync(Lab("i-1", 2000) with { TimeslotStart = Sample.Now, TimeslotEnd = Sample.Now.AddMinutes(90) }, "w-1");
        var page = Open(portal);
        Assert.Contains("in 1 h 30 min", page.Find("[data-test=drain-free]").TextContent, StringComparison.Ordinal);

        portal.Time.Advance(TimeSpan.FromMinutes(30));

        portal.ShowsInTime(page, () => Assert.Contains("in 59 min", page.Find("[data-test=drain-free]").TextContent, StringComparison.Ordinal));
    }

    /// <summary>The one table there is of its labs tells until when the drain waits for each.</summary>
    [Fact]
    public async Task Open_LabWhoseSlotHasNotBegun_IsToldWithTheEndThatIsReckonedWith()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Worker(state: WorkerState.Draining) with { DrainStartedAt = Sample.Now });
        await portal.PutAsync(Sample.Instance(state: InstanceState.Instantiating) with { Checkpoint = new Checkpoint(CheckpointStep.Begun, null) }, "w-1");

        Assert.Equal("13:00 (estimated: its slot begins when it runs)", Open(portal).FindAll("[data-test=labs] tbody td")[4].TextContent.Trim());
    }

    [Fact]
    public async Task Open_DrainPastItsTimeout_SaysOverdue()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Worker(state: WorkerState.Draining) with { DrainStartedAt = Sample.Now.AddHours(-5), DrainOverdueSince = Sample.Now.AddHours(-1) });

        var page = Open(portal);

        Assert.Equal("OVERDUE", page.Find("[data-test=overdue]").TextContent.Trim());
        Assert.Contains("– overdue", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Force_NameTyped_AsksForTheEndOfItsLabs()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);
        await portal.PutAsync(Sample.Worker(state: WorkerState.Draining) with { DrainStartedAt = Sample.Now, Target = WorkerTarget.Stopped }, new Capacity(60, 120, 196, 96), 2000);
        await portal.PutAsync(Lab("i-1", 2000), "w-1");
        var page = Open(portal);

        var forcing = page.Find("[data-test=force]").ClickAsync();
        portal.Dialogs.WaitForElement("input").Input("w-1");
        await portal.Dialogs.Find("[data-test=confirm]").ClickAsync();
        await forcing;

        PortalContext.Shows(page, () => Assert.Empty(page.FindAll("[data-test=force]")));
        Assert.True(portal.Cache.Current.Workers["w-1"].Value.Forced);
        Assert.Contains("– forced", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Look_AtTheHost_ShowsLabsThatNobodyKnowsAndNoOthers()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Worker() with { Provider = "scripted" });
        await portal.PutAsync(Lab("i-1", 2000), "w-1");
        portal.Host.Put("lab-1", "ccm-i-1");
        portal.Host.Put("lab-2", "ccm-i-unknown");
        portal.Host.Put("lab-3", "<b>somebody's</b>");
        var page = Open(portal);

        await page.Find("[data-test=look]").ClickAsync();

        Assert.Equal(["<b>somebody's</b> lab-3, 2 nodes, BOOTED", "ccm-i-unknown lab-2, 2 nodes, BOOTED"], page.FindAll("[data-test=unknown] li").Select(lab => lab.TextContent));
    }

    [Fact]
    public async Task Look_AtAHostThatIsSilent_SaysWhy()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Worker() with { Provider = "scripted", UnreachableSince = Sample.Now, Trouble = "It was silent." });
        portal.Host.Silence();
        var page = Open(portal);

        await page.Find("[data-test=look]").ClickAsync();

        Assert.Contains("No route to host.", page.Find("[data-test=unknown]").TextContent, StringComparison.Ordinal);
        Assert.Equal("It was silent.", page.Find("[data-test=trouble]").TextContent);
    }

    private static async Task DrainAsync(PortalContext portal, IRenderedComponent<WorkerPage> page)
    {
        var asking = page.Find("[data-test=drain]").ClickAsync();
        await portal.Dialogs.WaitForElement("[data-test=drain-confirm]").ClickAsync();
        await asking;
    }

    private static LabletInstance Lab(string id, params int[] ports) => Sample.Instance(id, InstanceState.Running) with { Ports = ports.Select((port, n) => (Name: $"r{n}_serial", Port: port)).ToImmutableSortedDictionary(p => p.Name, p => p.Port) };

    private static IRenderedComponent<WorkerPage> Open(PortalContext portal, string id = "w-1") => portal.Open<WorkerPage>("/workers/w-1", parameters => parameters.Add(p => p.Id, id));
}

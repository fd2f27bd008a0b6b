using Bunit;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Pages.Instances;
using Ccm.Tests.Domain;
using static Ccm.Tests.Components.Instances.OneInstance;

namespace Ccm.Tests.Components.Instances;

public sealed class InstancePageTests
{
    [Fact]
    public async Task Open_SomebodyElsesAsRoleUser_TellsNothingOfIt()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PutAsync(Sample.Worker());
        await portal.PutAsync(Running() with { OwnerId = "somebody" }, "w-1");

        var page = Open(portal);

        Assert.Equal("There is no instance i-1 here", page.Find("h1").TextContent);
        Assert.DoesNotContain("ospf", page.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain("somebody<", page.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain("2000", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_MistypedHostileId_IsText()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);

        var page = Open(portal, "<img src=x onerror=alert(1)>");

        Assert.Empty(page.FindAll("img"));
        Assert.Contains("<img src=x", page.Find("h1").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ports_Held_StandWithTheWorkersAddress()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PutAsync(Sample.Worker() with { Address = "10.1.2.3" }, null, 2000, 2001);
        await portal.PutAsync(Running(), "w-1");

        var page = Open(portal);

        Assert.Equal(["r0_serial 10.1.2.3:2000", "r1_serial 10.1.2.3:2001"], page.FindAll("[data-test=ports] tbody tr").Select(row => $"{row.Children[0].TextContent} {row.Children[1].TextContent}"));
        Assert.Equal("Copy 10.1.2.3:2000", page.Find("[data-test=ports] button").GetAttribute("aria-label"));
        Assert.Empty(page.FindAll("a[href^='/workers']"));
    }

    [Theory]
    [InlineData(InstanceState.Pending, "It will hold 4 once it has a place.")]
    [InlineData(InstanceState.Terminated, "All were given back.")]
    public async Task Ports_None_SaysWhy(InstanceState state, string why)
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PutAsync(Sample.Instance(state: state));

        Assert.EndsWith(why, Open(portal).Find("[data-test=no-ports]").TextContent, StringComparison.Ordinal);
    }

    public static TheoryData<Role, InstanceState, InstanceTarget, string> Buttons => new()
    {
        { Role.User, InstanceState.Pending, InstanceTarget.Running, "End the lab" },
        { Role.User, InstanceState.Scheduled, InstanceTarget.Running, "End the lab" },
        { Role.User, InstanceState.Instantiating, InstanceTarget.Running, "Stop|End the lab" },
        { Role.User, InstanceState.Running, InstanceTarget.Running, "Stop|End the lab" },
        { Role.User, InstanceState.Collecting, InstanceTarget.Running, "Stop|End the lab" },
        { Role.User, InstanceState.Grading, InstanceTarget.Running, "Stop|End the lab" },
        { Role.User, InstanceState.Running, InstanceTarget.Stopped, "End the lab" },
        { Role.User, InstanceState.Stopping, InstanceTarget.Stopped, "Start again|End the lab" },
        { Role.User, InstanceState.Stopped, InstanceTarget.Stopped, "Start again|End the lab" },
        { Role.User, InstanceState.Stopping, InstanceTarget.Terminated, "" },
        { Role.User, InstanceState.Archived, InstanceTarget.Terminated, "" },
        { Role.User, InstanceState.Terminated, InstanceTarget.Terminated, "" },
        { Role.Operator, InstanceState.Running, InstanceTarget.Running, "Collect|Stop|End the lab" },
        { Role.Operator, InstanceState.Collecting, InstanceTarget.Running, "Stop|End the lab" },
        { Role.Operator, InstanceState.Running, InstanceTarget.Stopped, "End the lab" },
        { Role.Operator, InstanceState.Stopping, InstanceTarget.Terminated, "" },
        { Role.Admin, InstanceState.Stopping, InstanceTarget.Terminated, "Force its end" },
        { Role.Admin, InstanceState.Terminated, InstanceTarget.Terminated, "" },
        { Role.Viewer, InstanceState.Running, InstanceTarget.Running, "" },
        { Role.Viewer, InstanceState.Stopping, InstanceTarget.Terminated, "" },
    };

    [Theory]
    [MemberData(nameof(Buttons))]
    public async Task Actions_EachStateAndRole_AreWhatMayBeDone(Role role, InstanceState state, InstanceTarget target, string buttons)
    {
        await using var portal = await PortalContext.StartAsync(role);
        await portal.PutAsync(Sample.Instance(state: state) with { Target = target }, "w-1");

        var page = Open(portal);

        Assert.Equal(buttons, string.Join('|', page.FindAll(".ccm-head button").Select(button => button.TextContent.Trim())));
        Assert.Equal(role == Role.Viewer, page.FindAll(".ccm-readonly").Count == 1);
    }

    /// <summary>What is told under "Why it is here" or "Why it ended", and who reserved it and when, stands on the page already.</summary>
    [Theory]
    [InlineData(InstanceState.Scheduled, "Its lab is brought to the worker next")]
    [InlineData(InstanceState.Terminated, "It has ended")]
    [InlineData(InstanceState.Stopped, "Its slot is over.")]
    public async Task Now_ReasonOfTheLastChange_StandsOnceOnThePage(InstanceState state, string doing)
    {
        const string Reason = "Its slot is over.";
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PutAsync(Sample.Worker());
        await portal.PutAsync(Sample.Instance(state: state) with { PlacedBecause = state == InstanceState.Scheduled ? Reason : null, LastTransition = new Transition<InstanceState>(InstanceState.Pending, state, Sample.Now, "ccm/controller", Reason) }, "w-1");

        var page = Open(portal);

        Assert.Equal(doing, page.Find("[data-test=doing]").TextContent.Trim());
        Assert.Equal(2, page.Markup.Split(Reason).Length);
    }

    [Fact]
    public async Task Now_Reserved_IsToldWithWhoAndWhen()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PutAsync(Sample.Worker(), new Capacity(1, 1, 1, 1));
        await portal.PutAsync(Sample.Instance());

        Assert.Equal("Waiting for a place", Open(portal).Find("[data-test=doing]").TextContent.Trim());
    }

    /// <summary>The engine refuses in UTC; whoever reads it has a clock of their own.</summary>
    [Fact]
    public async Task Extend_Refused_IsToldOnTheViewersClock()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("ospf");
        await portal.PutAsync(Running() with { TimeslotStart = Sample.Now.AddMinutes(-200), TimeslotEnd = Sample.Now.AddMinutes(40) }, "w-1");
        var page = portal.Open<InstancePage>("/instances/i-1", parameters => parameters.Add(p => p.Id, "i-1"), "Asia/Tokyo");

        await page.FindAll("button").Single(button => button.TextContent.Contains("Extend", StringComparison.Ordinal)).ClickAsync();

        PortalContext.Shows(portal.Messages, () => Assert.Contains("of a slot that ends at 2026-03-01 21:40:00 and may last 240 minutes.", portal.Messages.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Collect_Running_FollowsTheState()
    {
        await using var portal = await PortalContext.StartAsync(Role.Operator);
        await portal.PutAsync(Running(), "w-1");
        var page = Open(portal);

        await page.Find("[data-test=collect]").ClickAsync();

        PortalContext.Shows(page, () => Assert.Equal("COLLECTING", page.Find("[data-test=state]").TextContent));
        Assert.Contains("Its evidence is gathered", page.Find("[data-test=doing]").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("[data-test=collect]"));
    }

    [Theory]
    [InlineData(100, true, "87.5 of 100, passed")]
    [InlineData(null, false, "87.5, not passed")]
    [InlineData(null, null, "87.5")]
    public async Task Score_Graded_StandsWithItsEvent(int? most, bool? passed, string score)
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PutAsync(Sample.Instance(state: InstanceState.Terminated) with { Grade = new Grade(87.5m, most, passed, Sample.Now, "/grader", "e-7") });

        var shown = Open(portal).Find("[data-test=score]").TextContent;

        Assert.StartsWith($"{score} ", shown, StringComparison.Ordinal);
        Assert.EndsWith("by event e-7 of /grader", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Extend_SlotRunning_MovesItsEnd()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("ospf");
        await portal.PutAsync(Running() with { TimeslotStart = Sample.Now, TimeslotEnd = Sample.Now.AddHours(1) }, "w-1");
        var page = Open(portal);

        await page.FindAll(".ccm-head button").Single(button => button.TextContent.Contains("Extend", StringComparison.Ordinal)).ClickAsync();

        PortalContext.Shows(page, () => Assert.Contains("2026-03-01 13:30:00", page.Markup, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(CheckpointStep.Begun, "Begun|Lab imported …|Lab started – not yet|Nodes booted – not yet")]
    [InlineData(CheckpointStep.Imported, "Begun|Lab imported|Lab started …|Nodes booted – not yet")]
    [InlineData(CheckpointStep.Started, "Begun|Lab imported|Lab started|Nodes booted …")]
    public async Task Checkpoint_Instantiating_ShowsHowFarItGot(CheckpointStep step, string shown)
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PutAsync(Sample.Instance(state: InstanceState.Instantiating) with { Checkpoint = new Checkpoint(step, "lab-1") }, "w-1");

        Assert.Equal(shown, string.Join('|', Open(portal).FindAll("[data-test=checkpoint] li").Select(item => item.TextContent.Trim())));
    }

    [Fact]
    public async Task LabFile_Asked_HasThePortsOfThisInstance()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        var yaml = LabText.TwoRouters("ospf").Replace("label: R1", "label: R1\n    tags: [\"serial:${R0_SERIAL}\"]", StringComparison.Ordinal);
        await portal.PublishAsync("ospf", yaml: yaml);
        await portal.PutAsync(Running(), "w-1");
        var page = Open(portal);

        await page.Find("[data-test=show-lab]").ClickAsync();

        PortalContext.Shows(page, () => Assert.Equal(yaml.Replace("${R0_SERIAL}", "2000", StringComparison.Ordinal), page.Find("[data-test=lab]").TextContent));
    }

    [Fact]
    public async Task LabFile_NotReadable_SaysWhy()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PutAsync(Running(), "w-1");
        var page = Open(portal);

        await page.Find("[data-test=show-lab]").ClickAsync();

        PortalContext.Shows(page, () => Assert.Contains("There is no definition 'ospf 1.0.0'", page.Find("[data-test=lab-problem]").TextContent, StringComparison.Ordinal));
    }
}

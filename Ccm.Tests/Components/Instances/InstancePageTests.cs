using Bunit;
using Ccm.Engine.Control;
using Ccm.Engine.Documents;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Portal.Components.Pages.Instances;
using Ccm.Tests.Domain;
using Ccm.Tests.Watching;
using System.Collections.Immutable;
using System.Text.Json;
using TestContext = Xunit.TestContext;

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

    [Fact]
    public async Task Explain_WaitingForRoom_NamesEachWorkersReasonAndFollows()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Worker(), new Capacity(1, 1, 1, 1));
        await portal.PutAsync(Sample.Instance());

        var page = Open(portal);

        Assert.Equal("Why it waits", page.Find("#why").TextContent);
        Assert.Contains("the one worker there is cannot take it", page.Find("[data-test=explain]").TextContent, StringComparison.Ordinal);
        Assert.Equal("w-1", page.Find("[data-test=explain] tbody td").TextContent);

        await portal.PutAsync(Sample.Worker());

        portal.ShowsInTime(page, () => Assert.Equal("It fits.", page.FindAll("[data-test=explain] tbody td")[1].TextContent));
    }

    [Fact]
    public async Task Explain_RoleUserAndAHostWithTrouble_TellsNothingOfTheHost()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PutAsync(Sample.Worker() with { Trouble = "Licence expired at 10.1.2.3." });
        await portal.PutAsync(Sample.Instance());

        var page = Open(portal);

        Assert.Contains("the one worker there is cannot take it. It takes no work now.", page.Find("[data-test=explain]").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("10.1.2.3", page.Markup, StringComparison.Ordinal);
    }

    /// <summary>Each worker that is made is a change of its template: the plan behind the explanation is reckoned once a second at the most.</summary>
    [Fact]
    public async Task Explain_TemplatesChange_IsReckonedWithTheNextSecond()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Instance());
        var page = Open(portal);
        Assert.Equal("A worker template that takes it.", page.Find("[data-test=would]").TextContent.Trim());

        // Told of each change after the page.
        var list = portal.Open<InstancesPage>("/instances");
        await portal.AddTemplateAsync(Sample.Template());
        await portal.PutAsync(Sample.Instance("i-2"));
        PortalContext.Shows(list, () => Assert.Single(list.FindAll("[data-id=i-2]")));
        Assert.Equal("A worker template that takes it.", page.Find("[data-test=would]").TextContent.Trim());

        portal.ShowsInTime(page, () => Assert.Contains("One more worker of template metal", page.Find("[data-test=would]").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Explain_OneMoreThanAreNamed_IsOne()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        for (var n = 0; n < 6; n++)
        {
            await portal.AddTemplateAsync(Sample.Template($"t-{n}"));
            await portal.PutAsync(Sample.Worker($"w-{n}", WorkerState.Failed));
        }
        await portal.PutAsync(Sample.Instance());

        var page = Open(portal);

        PortalContext.Shows(page, () => Assert.Contains("1 more template would do as well.", page.Find("[data-test=explain]").TextContent, StringComparison.Ordinal));
        Assert.Contains("1 more worker", page.FindAll("[data-test=next] a").Select(link => link.TextContent));
    }

    /// <summary>In words, with numbers, and with the way to each thing that could be changed; as soon as one is, it says so.</summary>
    [Fact]
    public async Task Explain_NothingCouldTakeIt_LeadsToTheDefinitionAndTheNearestTemplate()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);
        await portal.AddTemplateAsync(Sample.Template("large") with { MemoryGb = 512 });
        await portal.PutAsync(Sample.Worker());
        await portal.PutAsync(Sample.Instance() with { Request = Sample.Request(memory: 4000) });

        var page = Open(portal);

        PortalContext.Shows(page, () => Assert.Contains("large comes nearest. It has 512 GB of memory, 4,000 needed.", page.Find("[data-test=would]").TextContent, StringComparison.Ordinal));
        Assert.Equal("It has 128 GB of memory, 4,000 needed.", page.FindAll("[data-test=explain] tbody td")[1].TextContent);
        Assert.Equal(["/templates/large", "/workers/w-1", "/definitions/ospf", "/workers", "/templates"], page.FindAll("[data-test=explain] a").Select(link => link.GetAttribute("href")));
        Assert.DoesNotContain("Insufficient", page.Markup, StringComparison.Ordinal);

        await portal.AddTemplateAsync(Sample.Template("huge") with { MemoryGb = 5000 });

        portal.ShowsInTime(page, () => Assert.Equal("/templates/huge", page.Find("[data-test=would] a").GetAttribute("href")));
    }

    [Fact]
    public async Task Explain_ManyWorkersAndTemplates_NamesTheNearestAndCountsTheRest()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        for (var n = 0; n < 8; n++)
        {
            await portal.AddTemplateAsync(Sample.Template($"t-{n}"));
            await portal.PutAsync(Sample.Worker($"w-{n}", n < 6 ? WorkerState.Stopped : WorkerState.Running), new Capacity(1, 128, 200, 100));
        }
        await portal.PutAsync(Sample.Instance());

        var page = Open(portal);

        PortalContext.Shows(page, () => Assert.Equal(5, page.FindAll("[data-test=would]").Count));
        Assert.Equal(["w-6", "w-7", "w-0", "w-1", "w-2"], page.FindAll("[data-test=explain] tbody td:first-child").Select(cell => cell.TextContent));
        Assert.Contains("none of 8 workers can take it: 8 have too few cores free (at the most 1, 4 needed), 6 take no work now.", page.Find("[data-test=explain]").TextContent, StringComparison.Ordinal);
        Assert.Contains("4 more templates would do as well.", page.Find("[data-test=explain]").TextContent, StringComparison.Ordinal);
        Assert.Contains("3 more workers", page.Find("[data-test=next]").TextContent, StringComparison.Ordinal);
    }

    /// <summary>Workers change many times a second; the trail tells nothing else for that.</summary>
    [Fact]
    public async Task Explain_WorkersChange_TheTrailIsNotAskedAgain()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Worker(), new Capacity(1, 1, 1, 1));
        await portal.PutAsync(Sample.Instance());
        var page = Open(portal);
        portal.TakeDocumentsAway();

        await portal.PutAsync(Sample.Worker());

        portal.ShowsInTime(page, () => Assert.Equal("It fits.", page.FindAll("[data-test=explain] tbody td")[1].TextContent));
        Assert.Empty(page.FindAll("[data-test=events-problem]"));
    }

    [Fact]
    public async Task Events_OperationInTheOutbox_AreAwaitedAndOthersAreNot()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.CommitAsync([new(StateKeys.InstanceState("i-1"), DomainJson.Write(Sample.Instance())), new(StateKeys.OutboxEntry("op-1"), Keys.NoEvents)]);
        var page = Open(portal);
        await portal.CommitAsync([new(StateKeys.OutboxEntry("op-of-another"), Keys.NoEvents)]);
        Assert.Empty(page.FindAll("[data-test=events] li"));

        await portal.Trail.AppendAsync([Event(1, "pending", "Reserved.")], TestContext.Current.CancellationToken);
        await portal.CommitAsync([], [StateKeys.OutboxEntry("op-1")]);

        PortalContext.Shows(page, () => Assert.Single(page.FindAll("[data-test=events] li")));
        Assert.DoesNotContain("on their way", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_RoleUser_TellsWhyWithoutTheWorkersOneByOne()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PutAsync(Sample.Worker(), new Capacity(1, 1, 1, 1));
        await portal.PutAsync(Sample.Instance());

        var explain = Open(portal).Find("[data-test=explain]");

        Assert.Contains("the one worker there is cannot take it", explain.TextContent, StringComparison.Ordinal);
        Assert.Empty(explain.QuerySelectorAll("tbody"));
    }

    [Fact]
    public async Task Explain_PortsContradictTheWorkers_IsShownAllTheSame()
    {
        await using var portal = await PortalContext.StartAsync(Role.Operator);
        await portal.PutAsync(Sample.Worker());
        await portal.PutAsync(Running(), "w-1");

        var page = Open(portal);

        Assert.Contains("It is on w-1", page.Find("[data-test=explain]").TextContent, StringComparison.Ordinal);
        Assert.Equal(2, page.FindAll("[data-test=ports] tbody tr").Count);
        Assert.NotNull(page.Find("[data-test=end]"));
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

    [Fact]
    public async Task Events_Relayed_AreShownNewestFirst()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PutAsync(Sample.Instance());
        await portal.Trail.AppendAsync([Event(1, "pending", "Reserved."), Event(2, "scheduled", "A place was found.")], TestContext.Current.CancellationToken);

        var page = Open(portal);

        PortalContext.Shows(page, () => Assert.Equal(["Instance scheduled", "Instance pending"], page.FindAll("[data-test=events] b").Select(type => type.TextContent)));
    }

    [Fact]
    public async Task Documents_Away_ThePageShowsTheRestAndComesBack()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PutAsync(Running(), "w-1");
        portal.TakeDocumentsAway();

        var page = Open(portal);

        PortalContext.Shows(page, () => Assert.Contains("cannot be read now", page.Find("[data-test=events-problem]").TextContent, StringComparison.Ordinal));
        Assert.DoesNotContain("None yet", page.Markup, StringComparison.Ordinal);
        Assert.Equal("RUNNING", page.Find("[data-test=state]").TextContent);

        portal.TakeDocumentsAway(false);
        await portal.PutAsync(Running() with { Target = InstanceTarget.Stopped }, "w-1");

        PortalContext.Shows(page, () => Assert.Empty(page.FindAll("[data-test=events-problem]")));
    }

    [Fact]
    public async Task OtherId_SamePage_ShowsNothingOfTheFormer()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PutAsync(Sample.Instance());
        await portal.PutAsync(Sample.Instance("i-2"));
        await portal.Trail.AppendAsync([Event(1, "pending", "Reserved.")], TestContext.Current.CancellationToken);
        var page = Open(portal);
        PortalContext.Shows(page, () => Assert.Single(page.FindAll("[data-test=events] li")));

        page.Render(parameters => parameters.Add(p => p.Id, "i-2"));

        PortalContext.Shows(page, () => Assert.Empty(page.FindAll("[data-test=events] li")));
        Assert.Contains("i-2", page.Find(".ccm-head").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Path_EventsTold_ShowsWhenEachStateWasReached()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PutAsync(Running(), "w-1");
        await portal.Trail.AppendAsync([Event(60, "pending", "Reserved."), Event(120, "scheduled", "Placed."), Event(180, "target-changed", "Asked.")], TestContext.Current.CancellationToken);

        var page = Open(portal);

        PortalContext.Shows(page, () => Assert.Equal(["PENDING12:01", "SCHEDULED12:02", "INSTANTIATING", "RUNNING12:00", "STOPPING", "STOPPED", "ARCHIVED", "TERMINATED"],
            page.FindAll("[data-test=path] li").Select(step => step.TextContent)));
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

    /// <summary>Its keys are gone, and the trail has all that was: shown to its owner, and to nobody who might not see it then.</summary>
    [Theory]
    [InlineData(Role.User, "user", true)]
    [InlineData(Role.User, "somebody", false)]
    [InlineData(Role.Viewer, "somebody", true)]
    public async Task Open_PastInstance_TellsWhatTheTrailKnows(Role role, string owner, bool told)
    {
        await using var portal = await PortalContext.StartAsync(role);
        var before = Sample.Instance() with { OwnerId = owner };
        var after = before with { State = InstanceState.Terminated, Outcome = Outcome.Completed };
        await portal.Trail.AppendAsync([Whole(1, "pending", before), Whole(2, "terminated", after)], TestContext.Current.CancellationToken);

        var page = Open(portal);

        if (!told)
        {
            PortalContext.Shows(page, () => Assert.Equal("There is no instance i-1 here", page.Find("h1").TextContent));
            Assert.DoesNotContain("somebody<", page.Markup, StringComparison.Ordinal);
            return;
        }
        PortalContext.Shows(page, () => Assert.Contains("Completed", page.Find("[data-test=past]").TextContent, StringComparison.Ordinal));
        Assert.Equal(2, page.FindAll("[data-test=events] li").Count);
        Assert.Empty(page.FindAll(".ccm-head button"));
    }

    /// <summary>An event that tells every field of what then was.</summary>
    private static AuditEvent Whole(long sequence, string state, LabletInstance after)
    {
        var fields = JsonSerializer.SerializeToNode(after, DomainJson.Options)!.AsObject().Select(field => new FieldChange(field.Key, null, field.Value?.DeepClone())).ToArray();
        return Event(sequence, state, "Told.") with { Data = JsonSerializer.SerializeToElement(new { reason = "Told.", changes = fields }, DomainJson.Options) };
    }

    private static LabletInstance Running() => Sample.Instance(state: InstanceState.Running) with { Ports = new Dictionary<string, int> { ["r0_serial"] = 2000, ["r1_serial"] = 2001 }.ToImmutableSortedDictionary() };

    private static AuditEvent Event(long sequence, string state, string reason) => new($"e-{sequence}", $"ccm.lablet.instance.{state}", "instances/i-1", Sample.Now.AddSeconds(sequence), "user",
        JsonSerializer.SerializeToElement(new { reason }), $"op-{sequence}", sequence, sequence, "", $"{sequence}");

    private static IRenderedComponent<InstancePage> Open(PortalContext portal, string id = "i-1") =>
        portal.Open<InstancePage>($"/instances/{Uri.EscapeDataString(id)}", parameters => parameters.Add(p => p.Id, id));
}

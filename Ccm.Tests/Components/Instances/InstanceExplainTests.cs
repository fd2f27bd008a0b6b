using Bunit;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Pages.Instances;
using Ccm.Tests.Domain;
using static Ccm.Tests.Components.Instances.OneInstance;

namespace Ccm.Tests.Components.Instances;

/// <summary>Why it is where it is, or waits.</summary>
public sealed class InstanceExplainTests
{
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

    /// <summary>Nobody has to do anything, and no more workers are to be paid for.</summary>
    [Fact]
    public async Task Explain_AWorkerIsComing_SaysWhenAndAdvisesNothing()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.AddTemplateAsync(Sample.Template());
        await portal.PutAsync(Sample.Worker(state: WorkerState.Provisioning));
        await portal.PutAsync(Sample.Instance());

        var page = Open(portal);

        Assert.Contains("It waits for a worker that is coming: expected at 2026-03-01 12:18:00", page.Find("[data-test=explain]").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("[data-test=would]"));
        Assert.Equal("w-1 is coming for it.", page.Find("[data-test=awaited]").TextContent);
        Assert.Equal("/workers/w-1", page.Find("[data-test=awaited] a").GetAttribute("href"));
    }

    /// <summary>That a host is late is for those who look after hosts.</summary>
    [Theory]
    [InlineData(Role.Viewer, true)]
    [InlineData(Role.User, false)]
    public async Task Explain_TheWorkerThatIsComingIsLate_NamesItToThoseWhoMaySeeWorkers(Role role, bool named)
    {
        await using var portal = await PortalContext.StartAsync(role);
        var worker = Sample.Worker("w-slow", WorkerState.Provisioning);
        await portal.PutAsync(worker with { LastTransition = worker.LastTransition with { At = Sample.Now.AddHours(-1) } });
        await portal.PutAsync(Sample.Instance());

        var page = Open(portal);

        Assert.Contains("It waits for a worker that is coming; how soon is not certain.", page.Find("[data-test=explain]").TextContent, StringComparison.Ordinal);
        Assert.Equal(named ? ["w-slow is coming for it, late: it was expected at 11:18."] : [], page.FindAll("[data-test=awaited]").Select(told => told.TextContent));
        Assert.Equal((named, named), (page.Markup.Contains("w-slow", StringComparison.Ordinal), page.Markup.Contains("late:", StringComparison.Ordinal)));
    }

    /// <summary>Each worker that is made is a change of its template: the plan behind the explanation is reckoned once a second at the most.</summary>
    [Fact]
    public async Task Explain_TemplatesChange_IsReckonedWithTheNextSecond()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Instance());
        var page = Open(portal);
        Assert.Equal("A worker template that takes it. Ask an admin for it.", page.Find("[data-test=would]").TextContent.Trim());

        // Told of each change after the page.
        var list = portal.Open<InstancesPage>("/instances");
        await portal.AddTemplateAsync(Sample.Template());
        await portal.PutAsync(Sample.Instance("i-2"));
        PortalContext.Shows(list, () => Assert.Single(list.FindAll("[data-id=i-2]")));
        Assert.Equal("A worker template that takes it. Ask an admin for it.", page.Find("[data-test=would]").TextContent.Trim());

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
}

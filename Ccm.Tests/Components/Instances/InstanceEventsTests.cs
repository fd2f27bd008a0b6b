using System.Text.Json;
using Bunit;
using Ccm.Engine.Control;
using Ccm.Engine.Documents;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Tests.Domain;
using Ccm.Tests.Watching;
using static Ccm.Tests.Components.Instances.OneInstance;
using TestContext = Xunit.TestContext;

namespace Ccm.Tests.Components.Instances;

/// <summary>What the page has from the audit trail.</summary>
public sealed class InstanceEventsTests
{
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
}

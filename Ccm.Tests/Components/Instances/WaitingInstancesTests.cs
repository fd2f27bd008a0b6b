using Bunit;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Pages.Instances;
using Ccm.Tests.Domain;
using static Ccm.Tests.Components.Instances.InstanceRows;

namespace Ccm.Tests.Components.Instances;

/// <summary>What labs wait for, as the page of all instances says it.</summary>
public sealed class WaitingInstancesTests
{
    /// <summary>They look alike by their state, and only some need somebody.</summary>
    [Fact]
    public async Task Waiting_EachKind_IsSaidAndPickedByTheAddress()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.AddTemplateAsync(Sample.Template());
        await portal.PutAsync(Sample.Instance("i-now"));
        await portal.PutAsync(Sample.Instance("i-runs", InstanceState.Running), "w-1");
        await portal.PutAsync(Booked("i-tomorrow", TimeSpan.FromDays(1)));
        await portal.PutAsync(Sample.Instance("i-huge") with { Request = Sample.Request(memory: 4000) });

        var page = portal.Open<InstancesPage>("/instances?sort=instance");

        PortalContext.Shows(page, () => Assert.Equal(["i-huge No worker takes it", "i-now Waiting for a place", "i-runs w-1", "i-tomorrow Waiting for its slot"], WaitsFor(page)));

        page = portal.Open<InstancesPage>("/instances?sort=instance&waits=no%20worker%20takes%20it,its%20slot,nonsense");

        PortalContext.Shows(page, () => Assert.Equal(["i-huge", "i-tomorrow"], Ids(page)));
    }

    /// <summary>Each painting of a row costs its page memory that stays, and a minute passes on every page that is open.</summary>
    [Fact]
    public async Task Waiting_AMinutePasses_RepaintsTheRowsOfWhichItSaysSomethingElse()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.AddTemplateAsync(Sample.Template());
        await portal.PutAsync(Sample.Instance("i-00") with { Request = Sample.Request(memory: 4000) });
        for (var n = 1; n < 20; n++)
            await portal.PutAsync(Booked($"i-{n:00}", n == 7 ? TimeSpan.FromMinutes(6) : TimeSpan.FromDays(1)));
        var page = portal.Open<InstancesPage>("/instances?sort=instance&order=asc");
        PortalContext.Shows(page, () => Assert.Equal("i-00 No worker takes it", WaitsFor(page).First()));
        var before = Paints(page);

        portal.Time.Advance(TimeSpan.FromMinutes(2));

        PortalContext.Shows(page, () => Assert.Equal("i-07 Waiting for a place, overdue", WaitsFor(page).ElementAt(7)));
        Assert.All(Paints(page), paint => Assert.Equal(paint.Key == "i-07" ? 1 : 0, paint.Value - before[paint.Key]));
    }

    /// <summary>A slot comes near, and a template is made, without a change of the lab itself.</summary>
    [Fact]
    public async Task Waiting_TimeAndTemplates_AreFollowedAndTheSelectionStays()
    {
        await using var portal = await PortalContext.StartAsync(Role.Operator);
        await portal.AddTemplateAsync(Sample.Template());
        await portal.PutAsync(Booked("i-booked", TimeSpan.FromMinutes(6)));
        await portal.PutAsync(Sample.Instance("i-huge") with { Request = Sample.Request(memory: 4000) });
        var page = portal.Open<InstancesPage>("/instances?sort=instance&waits=its%20slot,no%20worker%20takes%20it");
        PortalContext.Shows(page, () => Assert.Equal(["i-booked Waiting for its slot", "i-huge No worker takes it"], WaitsFor(page)));
        await page.Find("[aria-label='Select i-huge']").ClickAsync();

        portal.Time.Advance(TimeSpan.FromMinutes(2));

        PortalContext.Shows(page, () => Assert.Equal(["i-huge"], Ids(page)));
        Assert.Equal("1 selected", page.Find("[data-test=selected]").TextContent);

        await portal.AddTemplateAsync(Sample.Template("huge") with { MemoryGb = 5000 });

        PortalContext.Shows(page, () => Assert.Empty(Ids(page)));
    }

    private static LabletInstance Booked(string id, TimeSpan toStart) => Sample.Instance(id) with { AsSoonAsPossible = false, TimeslotStart = Sample.Now + toStart, TimeslotEnd = Sample.Now + toStart + TimeSpan.FromHours(1) };

    private static IEnumerable<string> WaitsFor(IRenderedComponent<InstancesPage> page) => page.FindAll("[data-test=row]").Select(row => $"{row.GetAttribute("data-id")} {row.QuerySelector("[data-column=worker]")!.TextContent.Trim()}");
}

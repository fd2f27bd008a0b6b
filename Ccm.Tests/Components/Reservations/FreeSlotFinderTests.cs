using System.Globalization;
using Bunit;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Pages.Reservations;
using Ccm.Tests.Booking;
using Ccm.Tests.Domain;
using MudBlazor;

namespace Ccm.Tests.Components.Reservations;

public sealed class FreeSlotFinderTests
{
    [Fact]
    public async Task FreeSlot_Pressed_OpensTheReserveDialogWithItsTime()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("isis");
        await portal.PublishAsync("ospf");
        await portal.AddTemplateAsync(Sample.Template());
        var page = portal.Open<ReservationsPage>("/reservations?lab=ospf&minutes=90&from=2026-03-01T15:00Z&hours=6");
        PortalContext.Shows(page, () => Assert.Equal(8, page.FindAll("[data-test=free-slot]").Count));
        Assert.NotEmpty(page.FindAll("[data-test=free-bar]"));
        Assert.Equal("Sun 2026-03-01 15:00", page.Find("[data-test=free-slot]").TextContent);

        _ = page.Find("[data-test=free-slot]").ClickAsync();

        PortalContext.Shows(portal.Dialogs, () => Assert.Equal(("ospf", "2026-03-01T15:00:00", "90"),
            (Value(portal, "reserve-definition"), Value(portal, "reserve-start"), Value(portal, "reserve-minutes"))));
        await portal.Dialogs.Find("[data-test=reserve-confirm]").ClickAsync();
        portal.Dialogs.WaitForAssertion(() => Assert.Contains("/instances/i-", portal.Navigation.Uri, StringComparison.Ordinal));
        Assert.Equal(Sample.Now.AddHours(3), Assert.Single(portal.Cache.Current.Instances.Values).Value.TimeslotStart);
    }

    /// <summary>Forecasts are made one at a time: had it been asked meanwhile, it would have been answered before the other page.</summary>
    [Fact]
    public async Task Finder_TimeMovedTwice_AsksOnceWhereItRests()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("ospf");
        await portal.AddTemplateAsync(Sample.Template());
        var page = portal.Open<ReservationsPage>("/reservations?lab=ospf&minutes=60&from=2026-03-01T15:00Z");
        PortalContext.Shows(page, () => Assert.Equal("Sun 2026-03-01 15:00", page.FindAll("[data-test=free-slot]")[0].TextContent));

        portal.Navigation.NavigateTo("/reservations?lab=ospf&minutes=60&from=2026-03-01T16:00Z");
        portal.Navigation.NavigateTo("/reservations?lab=ospf&minutes=60&from=2026-03-01T17:00Z");
        var other = portal.Open<ReservationsPage>("/reservations?lab=ospf&minutes=60&from=2026-03-01T17:00Z");
        PortalContext.Shows(other, () => Assert.NotEmpty(other.FindAll("[data-test=free-slot]")));
        Assert.Empty(page.FindAll("[data-test=free-slot]"));

        portal.ShowsInTime(page, () => Assert.Equal("Sun 2026-03-01 17:00", page.FindAll("[data-test=free-slot]")[0].TextContent));
    }

    /// <summary>Both 02:00 of a clock that is put back read alike; the one that was chosen is meant.</summary>
    [Theory]
    [InlineData("2026-10-25T00:00Z")]
    [InlineData("2026-10-25T01:00Z")]
    public async Task FreeSlot_OfTheHourThatComesTwice_IsTheOneThatWasChosen(string from)
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("ospf");
        await portal.AddTemplateAsync(Sample.Template());
        var dialogs = portal.Open<MudDialogProvider>(zone: "Europe/Vienna");
        var page = portal.Open<ReservationsPage>($"/reservations?lab=ospf&minutes=30&from={from}&hours=6", zone: "Europe/Vienna");
        PortalContext.Shows(page, () => Assert.NotEmpty(page.FindAll("[data-test=free-slot]")));

        _ = page.Find("[data-test=free-slot]").ClickAsync();
        PortalContext.Shows(dialogs, () => Assert.Equal("2026-10-25T02:00:00", dialogs.Find("[data-test=reserve-start]").GetAttribute("value")));
        await dialogs.Find("[data-test=reserve-confirm]").ClickAsync();

        dialogs.WaitForAssertion(() => Assert.Single(portal.Cache.Current.Instances));
        Assert.Equal(DateTimeOffset.Parse(from, CultureInfo.InvariantCulture), portal.Cache.Current.Instances.Values.Single().Value.TimeslotStart);
    }

    [Theory]
    [InlineData("?lab=none", "There is no lab 'none' that can be reserved.")]
    [InlineData("?lab=ospf&minutes=9999", "ospf may last 240 minutes at most.")]
    [InlineData("?lab=ospf", "It would wait for ever: an admin can make or enable a worker template that takes it.")]
    public async Task Finder_WrongQuestion_SaysWhatWouldBeRight(string query, string problem)
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("ospf");

        var page = portal.Open<ReservationsPage>("/reservations" + query);

        PortalContext.Shows(page, () => Assert.Contains(problem, page.Find("[data-test=free-problem]").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Finder_BookedMeanwhile_OffersToLookAgain()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("ospf");
        await portal.AddTemplateAsync(Sample.Template() with { MaxWorkers = 1 });
        var page = portal.Open<ReservationsPage>("/reservations?lab=ospf&minutes=60");
        PortalContext.Shows(page, () => Assert.NotEmpty(page.FindAll("[data-test=free-slot]")));
        Assert.Empty(page.FindAll("[data-test=free-again]"));

        await portal.PutAsync(Booked.Slot("i-1", 0, 12, Booked.Whole) with { OwnerId = "somebody" });

        PortalContext.Shows(page, () => Assert.NotEmpty(page.FindAll("[data-test=free-again]")));
        await page.Find("[data-test=free-again]").ClickAsync();
        PortalContext.Shows(page, () => Assert.Empty(page.FindAll("[data-test=free-again]")));
    }

    private static string? Value(PortalContext portal, string field) => portal.Dialogs.Find($"[data-test={field}]").GetAttribute("value");
}

using Bunit;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Shared.Forms;
using Ccm.Tests.Domain;
using static Ccm.Tests.Components.Instances.OpenDialog;

namespace Ccm.Tests.Components.Instances;

/// <summary>A reservation that was filled in and not made.</summary>
public sealed class ReserveDraftTests
{
    [Fact]
    public async Task Draft_OfAReservation_ComesBackAndGoesWhenReserved()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("bgp");
        await portal.PublishAsync("ospf");
        await portal.AddTemplateAsync(Sample.Template());
        portal.HasDraft("reservation", new Draft("", Sample.Now, new() { ["definition"] = "ospf", ["when"] = "later", ["start"] = "2026-03-02T09:00", ["minutes"] = "90" }));
        await using var dialog = await OpenAsync(portal, lab: null);
        PortalContext.Shows(portal.Dialogs, () => Assert.NotEmpty(dialog.FindAll("[data-test=draft-back]")));
        Assert.Contains("ospf · version", dialog.Text, StringComparison.Ordinal);

        await dialog.Confirm().ClickAsync();
        await dialog.Closed;

        var instance = Assert.Single(portal.Cache.Current.Instances.Values).Value;
        Assert.Equal(("ospf", 90, (DateTimeOffset?)new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero)), (instance.DefinitionId, instance.DurationMinutes, instance.TimeslotStart));
        Assert.Equal("ccm-draft:user:reservation", Assert.Single(portal.Calls("ccm.drafts.drop")).Arguments[0]);
    }

    [Fact]
    public async Task Draft_Discarded_AsksAsAtFirst()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("bgp");
        await portal.PublishAsync("ospf");
        portal.HasDraft("reservation", new Draft("", Sample.Now, new() { ["definition"] = "ospf", ["minutes"] = "90" }));
        await using var dialog = await OpenAsync(portal, lab: null);
        PortalContext.Shows(portal.Dialogs, () => Assert.NotEmpty(dialog.FindAll("[data-test=draft-discard]")));

        await dialog.Find("[data-test=draft-discard]").ClickAsync();

        PortalContext.Shows(portal.Dialogs, () => Assert.Equal("Choose a lab first.", dialog.Missing()));
        Assert.Equal("60", dialog.Find("[data-test=reserve-minutes]").GetAttribute("value"));
        Assert.Empty(dialog.FindAll("[data-test=draft-back]"));
    }

    [Fact]
    public async Task Draft_OfALabThatIsGone_IsLeftAlone()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("bgp");
        portal.HasDraft("reservation", new Draft("", Sample.Now, new() { ["definition"] = "gone", ["minutes"] = "90" }));

        await using var dialog = await OpenAsync(portal, lab: null);

        PortalContext.Shows(portal.Dialogs, () => Assert.NotEmpty(portal.Calls("ccm.drafts.begin")));
        Assert.Equal("60", dialog.Find("[data-test=reserve-minutes]").GetAttribute("value"));
        Assert.Empty(dialog.FindAll("[data-test=draft-back]"));
    }
}

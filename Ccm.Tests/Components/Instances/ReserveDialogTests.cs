using Bunit;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Tests.Domain;
using static Ccm.Tests.Components.Instances.OpenDialog;
using TestContext = Xunit.TestContext;

namespace Ccm.Tests.Components.Instances;

public sealed class ReserveDialogTests
{
    [Fact]
    public async Task Reserve_Now_GoesToTheNewInstance()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("ospf");
        await using var dialog = await OpenAsync(portal);
        Assert.Contains("ospf · version 1.0.0 · 3 nodes, 2 of them licensed", dialog.Text, StringComparison.Ordinal);

        await dialog.Confirm().ClickAsync();
        await dialog.Closed;

        var instance = Assert.Single(portal.Cache.Current.Instances.Values).Value;
        Assert.EndsWith($"/instances/{instance.Id}", portal.Navigation.Uri, StringComparison.Ordinal);
        Assert.Equal(("user", "ospf", 60, true), (instance.OwnerId, instance.DefinitionId, instance.DurationMinutes, instance.AsSoonAsPossible));
    }

    [Fact]
    public async Task Reserve_Later_TakesTheViewersClock()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("ospf");
        await portal.AddTemplateAsync(Sample.Template());
        await using var dialog = await OpenAsync(portal);

        dialog.Find("[data-test=reserve-later]").Change(true);
        dialog.Find("input[type=datetime-local]").Change("2026-03-02T09:00:00");
        await dialog.Confirm().ClickAsync();
        await dialog.Closed;

        Assert.Equal(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero), Assert.Single(portal.Cache.Current.Instances.Values).Value.TimeslotStart);
    }

    [Fact]
    public async Task Reserve_FleetInSeveralRegions_AsksWhichAndKeepsToIt()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("ospf");
        await portal.AddTemplateAsync(Sample.Template());
        await using (var before = await OpenAsync(portal))
            Assert.DoesNotContain("Region", before.Text, StringComparison.Ordinal);
        await portal.AddTemplateAsync(Sample.Template("east") with { Region = "east" });
        await using var dialog = await OpenAsync(portal);

        dialog.Find("[data-test=reserve-region]").Change("east");
        await dialog.Confirm().ClickAsync();
        await dialog.Closed;

        Assert.Equal("east", Assert.Single(portal.Cache.Current.Instances.Values).Value.Request.Region);
    }

    [Theory]
    [InlineData("0", null, "0 minutes are outside what 'ospf' allows.")]
    [InlineData("-5", null, "Ask for 1 to 240 minutes.")]
    [InlineData("241", null, "241 minutes are outside")]
    [InlineData("90.5", null, "'90.5' is no whole number of minutes.")]
    [InlineData("", null, "The slot has no length.")]
    [InlineData("60", "2026-02-01T09:00:00", "is in the past.")]
    [InlineData("60", "2036-02-01T09:00:00", "is more than 365 days away.")]
    [InlineData("60", "0001-01-01T00:00:00", "The slot has no start.")]
    [InlineData("60", "9999-12-31T23:59:00", "The year 9999 is no start of a slot.")]
    public async Task Reserve_OutOfBounds_SaysWhatWouldBeRightAndKeepsWhatWasTyped(string minutes, string? start, string problem)
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("ospf");
        await using var dialog = await OpenAsync(portal);

        dialog.Find("[data-test=reserve-minutes]").Input(minutes);
        if (start is not null)
        {
            dialog.Find("[data-test=reserve-later]").Change(true);
            dialog.Find("input[type=datetime-local]").Change(start);
        }
        await dialog.Confirm().ClickAsync();

        Assert.Contains(problem, dialog.Problem(), StringComparison.Ordinal);
        Assert.Equal(minutes, dialog.Find("[data-test=reserve-minutes]").GetAttribute("value"));
        Assert.Empty(portal.Cache.Current.Instances);
    }

    [Fact]
    public async Task Reserve_SlotWithoutRoom_OffersFreeSlotsThatFillTheForm()
    {
        await using var portal = await FullAsync(Role.User);
        await using var dialog = await OpenAsync(portal);
        await AskAsync(dialog);

        Assert.Contains("the most that the fleet can grow to", dialog.Problem(), StringComparison.Ordinal);
        Assert.Empty(dialog.FindAll("[data-test=reserve-override]"));
        Assert.Single(portal.Cache.Current.Instances);
        var slot = dialog.FindAll("[data-test=free-slot]")[^1];
        Assert.Equal("Mon 2026-03-02 11:06", dialog.FindAll("[data-test=free-slot]")[2].TextContent);

        await slot.ClickAsync();
        Assert.Empty(dialog.FindAll("[data-test=problem]"));
        Assert.Equal("2026-03-02T13:18:00", dialog.Find("input[type=datetime-local]").GetAttribute("value"));
        await dialog.Confirm().ClickAsync();
        await dialog.Closed;

        Assert.Contains(portal.Cache.Current.Instances.Values, entry => entry.Value.TimeslotStart == new DateTimeOffset(2026, 3, 2, 13, 18, 0, TimeSpan.Zero) && !entry.Value.Overbooked);
    }

    [Fact]
    public async Task Reserve_SlotWithoutRoomAsAdmin_CanBeBookedAllTheSame()
    {
        await using var portal = await FullAsync(Role.Admin);
        await using var dialog = await OpenAsync(portal);
        await AskAsync(dialog);

        dialog.Find("[data-test=reserve-override]").Change(true);
        await dialog.Confirm().ClickAsync();
        await dialog.Closed;

        var booked = Assert.Single(portal.Cache.Current.Instances.Values, entry => entry.Value.Overbooked).Value;
        Assert.Contains("Reserved over the forecast", booked.LastTransition.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reserve_DeprecatedWhileOpen_SaysSo()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("ospf");
        await using var dialog = await OpenAsync(portal);

        await portal.Control.DeprecateAsync(PortalContext.Admin, Operation.New(), "ospf", TestContext.Current.CancellationToken);
        await dialog.Confirm().ClickAsync();

        Assert.Contains("'ospf' is deprecated and takes no new reservations.", dialog.Problem(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Choose_LabWithoutNodes_SaysWhyItCannotBeReserved()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("a-nothing", yaml: LabText.Empty);
        await using var dialog = await OpenAsync(portal, "a-nothing");

        Assert.Contains("no nodes", dialog.Find("[data-test=no-nodes]").TextContent, StringComparison.Ordinal);
        Assert.True(dialog.Confirm().HasAttribute("disabled"));
        Assert.Equal("Choose a lab that has nodes.", dialog.Missing());
    }

    [Fact]
    public async Task Open_OfNoLab_HasNoneChosenAndSaysWhatIsMissing()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("bgp");
        await using var dialog = await OpenAsync(portal, lab: null);

        Assert.Equal("", dialog.Find("[data-test=reserve-definition]").GetAttribute("value"));
        Assert.True(dialog.Confirm().HasAttribute("disabled"));
        Assert.Equal("Choose a lab first.", portal.Dialogs.Find($"#{dialog.Confirm().GetAttribute("aria-describedby")}").TextContent);

        await dialog.Find("[data-test=reserve-definition]").ChangeAsync("bgp");
        Assert.False(dialog.Confirm().HasAttribute("disabled"));
        Assert.Equal("", dialog.Missing());
    }

    /// <summary>As a browser does on Enter in a field.</summary>
    [Fact]
    public async Task Enter_InAField_Reserves()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("ospf");
        await using var dialog = await OpenAsync(portal);

        await dialog.Find(".mud-dialog form").SubmitAsync();
        await dialog.Closed;

        Assert.Single(portal.Cache.Current.Instances);
    }

    [Fact]
    public async Task Choose_AnotherLab_KeepsTheMinutes()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("bgp");
        await portal.PublishAsync("ospf");
        await using var dialog = await OpenAsync(portal, "bgp");

        dialog.Find("[data-test=reserve-minutes]").Input("90");
        await dialog.Find("[data-test=reserve-definition]").ChangeAsync("ospf");

        Assert.Contains("ospf · version", dialog.Text, StringComparison.Ordinal);
        Assert.Equal("90", dialog.Find("[data-test=reserve-minutes]").GetAttribute("value"));
    }

    [Fact]
    public async Task Open_NothingPublished_SaysWhereToImport()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);

        await using var dialog = await OpenAsync(portal, lab: null);

        Assert.Contains("No lab can be reserved yet", dialog.Text, StringComparison.Ordinal);
        Assert.True(dialog.Confirm().HasAttribute("disabled"));
    }

    [Fact]
    public async Task Open_DocumentsAway_SaysSoAndCannotReserve()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("ospf");
        portal.TakeDocumentsAway();

        await using var dialog = await OpenAsync(portal);

        Assert.Contains("The document store does not answer", dialog.Problem(), StringComparison.Ordinal);
        Assert.True(dialog.Confirm().HasAttribute("disabled"));
    }

    [Fact]
    public async Task Reserve_FaultOfTheStore_StaysInTheDialogWithoutItsInside()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("ospf");
        await using var dialog = await OpenAsync(portal);
        portal.Store.CommitFault = new InvalidOperationException("secret inside");

        await dialog.Confirm().ClickAsync();

        Assert.Contains("whether it was carried out is not known", dialog.Problem(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret inside", dialog.Text, StringComparison.Ordinal);

        portal.Store.CommitFault = null;
        await dialog.Confirm().ClickAsync();
        await dialog.Closed;

        Assert.Single(portal.Cache.Current.Instances);
    }

    /// <summary>One worker at the most, which somebody has booked from 9 to 11 the next day.</summary>
    private static async Task<PortalContext> FullAsync(Role role)
    {
        var portal = await PortalContext.StartAsync(role);
        await portal.PublishAsync("ospf");
        await portal.AddTemplateAsync(Sample.Template() with { MaxWorkers = 1 });
        await portal.PutAsync(Sample.Instance("i-first") with
        {
            AsSoonAsPossible = false,
            TimeslotStart = new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero),
            TimeslotEnd = new DateTimeOffset(2026, 3, 2, 11, 0, 0, TimeSpan.Zero),
            Request = Sample.Request(memory: 128),
        });
        return portal;
    }

    private static async Task AskAsync(OpenDialog dialog)
    {
        dialog.Find("[data-test=reserve-later]").Change(true);
        dialog.Find("input[type=datetime-local]").Change("2026-03-02T10:00:00");
        await dialog.Confirm().ClickAsync();
    }
}

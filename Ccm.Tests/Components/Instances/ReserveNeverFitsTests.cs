using Bunit;
using Ccm.Engine.Domain;
using Ccm.Tests.Domain;
using static Ccm.Tests.Components.Instances.OpenDialog;

namespace Ccm.Tests.Components.Instances;

/// <summary>A lab that would wait for ever.</summary>
public sealed class ReserveNeverFitsTests
{
    /// <summary>Before it is asked for, with the numbers and the way to what would help; and it may be reserved all the same.</summary>
    [Theory]
    [InlineData(Role.User, "/definitions/ospf", "a slot would be refused.")]
    [InlineData(Role.Admin, "/templates/small /definitions/ospf", "a slot is refused unless you book it all the same.")]
    public async Task Choose_LabThatNothingCouldTake_WarnsAndReservesAllTheSame(Role role, string links, string slot)
    {
        await using var portal = await PortalContext.StartAsync(role);
        await portal.PublishAsync("ospf");
        await portal.AddTemplateAsync(Sample.Template("small") with { MemoryGb = 1 });
        await using var dialog = await OpenAsync(portal);

        var warning = portal.Dialogs.WaitForElement("[data-test=never-fits]");
        Assert.Contains("it needs 4 cores, 4 GB of memory", warning.TextContent, StringComparison.Ordinal);
        Assert.Contains("small comes nearest. It has 1 GB of memory, 4 needed.", warning.TextContent, StringComparison.Ordinal);
        Assert.Contains(slot, warning.TextContent, StringComparison.Ordinal);
        Assert.Equal(links, string.Join(' ', warning.QuerySelectorAll("a").Select(link => link.GetAttribute("href"))));

        await dialog.Confirm().ClickAsync();
        await dialog.Closed;

        Assert.Single(portal.Cache.Current.Instances);
    }

    [Fact]
    public async Task Choose_AnotherLabOrRegion_WarnsOnlyWhereNothingCouldTakeIt()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("a-small");
        await portal.PublishAsync("b-large", yaml: LabText.TwoRouters("b-large").Replace("ram: 2048", "ram: 900000", StringComparison.Ordinal));
        await portal.AddTemplateAsync(Sample.Template());
        await portal.AddTemplateAsync(Sample.Template("east") with { Region = "east", MemoryGb = 1 });
        await using var dialog = await OpenAsync(portal, "a-small");
        Assert.Empty(dialog.FindAll("[data-test=never-fits]"));

        dialog.Find("[data-test=reserve-definition]").Change("b-large");
        portal.Dialogs.WaitForElement("[data-test=never-fits]");

        dialog.Find("[data-test=reserve-definition]").Change("a-small");
        PortalContext.Shows(portal.Dialogs, () => Assert.Empty(dialog.FindAll("[data-test=never-fits]")));

        dialog.Find("[data-test=reserve-region]").Change("east");
        Assert.Contains("in region east", dialog.Find("[data-test=never-fits]").TextContent, StringComparison.Ordinal);
    }
}

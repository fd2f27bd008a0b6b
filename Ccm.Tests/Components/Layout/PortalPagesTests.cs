using System.Reflection;
using Bunit;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Layout;
using Microsoft.AspNetCore.Components;

namespace Ccm.Tests.Components.Layout;

public sealed class PortalPagesTests
{
    [Fact]
    public void All_EachPage_IsThereAndHasAKeyOfItsOwn()
    {
        var routes = typeof(PortalPage).Assembly.GetTypes().SelectMany(type => type.GetCustomAttributes<RouteAttribute>()).Select(route => route.Template).ToHashSet();

        Assert.All(PortalPages.All, page => Assert.True(page.IsStatic || routes.Contains(page.Href), $"{page.Href} leads to no page."));
        Assert.Equal(PortalPages.All.Count, PortalPages.All.Select(page => page.Key).Distinct().Count());
    }

    [Theory]
    [InlineData(Role.User, "Overview,Instances,Definitions,Account")]
    [InlineData(Role.Viewer, "Overview,Instances,Workers,Definitions,System,Account")]
    public async Task Navigation_EachRole_ShowsWhatTheyMaySee(Role role, string least)
    {
        await using var portal = await PortalContext.StartAsync(role);

        var nav = portal.Open<NavPanel>("/workers", parameters => parameters.Add(panel => panel.Actor, portal.Actor));

        var shown = nav.FindAll("a").Select(link => link.TextContent.Trim()).ToList();
        Assert.Equal(PortalPages.For(portal.Actor).Select(page => page.Title).Order(), shown.Order());
        Assert.Empty(least.Split(',').Except(shown));
        Assert.Equal(role == Role.User, !shown.Contains("Workers"));
        Assert.Equal(role == Role.User ? [] : ["Workers"], nav.FindAll("a.active").Select(link => link.TextContent.Trim()));
    }
}

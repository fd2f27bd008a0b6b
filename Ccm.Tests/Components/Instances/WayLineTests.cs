using Bunit;
using Ccm.Engine.Domain;
using Ccm.Engine.Scheduling;
using Ccm.Portal.Components.Pages.Instances;

namespace Ccm.Tests.Components.Instances;

public sealed class WayLineTests
{
    [Theory]
    [InlineData(Role.Admin, true, "Ways. Open metal")]
    [InlineData(Role.Operator, true, "Ways. Ask an admin for it. Open metal")]
    [InlineData(Role.User, true, "Ways. Ask an admin for it.")]
    [InlineData(Role.Operator, false, "Ways. Open metal")]
    public async Task Line_ThatOnlyAnAdminCanBringAbout_SaysSoToAllOthers(Role role, bool byAdmin, string told)
    {
        await using var portal = await PortalContext.StartAsync(role);

        var line = portal.Open<WayLine>(parameters: parameters => parameters.Add(p => p.Way, new WayToFit("Ways.", Template: "metal", ByAdmin: byAdmin)).Add(p => p.Actor, portal.Actor));

        Assert.Equal(told, string.Join(' ', string.Concat(line.Nodes.Select(node => node.TextContent)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
    }
}

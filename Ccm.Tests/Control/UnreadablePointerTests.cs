using Ccm.Engine.Control;
using Ccm.Engine.State;
using Ccm.Tests.Components;

namespace Ccm.Tests.Control;

public sealed class UnreadablePointerTests
{
    [Fact]
    public async Task Publish_PointerCannotBeRead_IsUnavailableAndSaysWhatToPutThere()
    {
        await using var portal = await PortalContext.StartAsync();
        await portal.CommitAsync([new StatePut(StateKeys.Definition("lab"), "{\"not\": this"u8.ToArray())]);

        var refused = await Assert.ThrowsAsync<RefusedException>(() => portal.PublishAsync("lab"));

        Assert.Equal(RefusalKind.Unavailable, refused.Kind);
        Assert.Contains("The value of /ccm/definitions/lab cannot be read since revision 1", refused.Message, StringComparison.Ordinal);
        Assert.Contains("etcdctl get /ccm/definitions/lab", refused.Message, StringComparison.Ordinal);
    }
}

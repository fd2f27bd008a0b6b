using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Tests.Components;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Control;

public sealed class CreateWorkerTests
{
    /// <summary>Whoever may not change a template is not told to.</summary>
    [Theory]
    [InlineData(Role.Admin, false, "Enable it, or choose another one.")]
    [InlineData(Role.Operator, false, "Choose another one, or ask an admin to enable it.")]
    [InlineData(Role.Admin, true, "Raise its maximum, or terminate one.")]
    [InlineData(Role.Operator, true, "Ask an admin to raise its maximum, or to terminate one.")]
    public async Task CreateWorker_TemplateAllowsNone_AdvisesWhatTheActorMayDo(Role role, bool enabled, string fix)
    {
        await using var portal = await PortalContext.StartAsync(role);
        await portal.AddTemplateAsync(Sample.Template() with { Enabled = enabled, MaxWorkers = 0 });

        var refused = await Assert.ThrowsAsync<RefusedException>(() => portal.Control.CreateWorkerAsync(portal.Actor, Operation.New(), "metal", "Asked for.", null, null, TestContext.Current.CancellationToken));

        Assert.Equal(fix, refused.Problems.Single().Fix);
    }
}

using System.Text.Json;
using Ccm.Engine.Documents;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Pages.Scaling;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Components.Scaling;

public sealed class FleetHistoryTests
{
    private static readonly DateTimeOffset From = Sample.Now.AddHours(-6);

    [Fact]
    public void Of_Transitions_WalksBackFromWhatThereIs()
    {
        var steps = FleetHistory.Of<WorkerState>(2,
            [At(1, "RUNNING", "STOPPING"), At(3, "PROVISIONING", "RUNNING"), At(4, "PROVISIONING", "RUNNING"), At(2, "RUNNING", "DRAINING")], From, FleetHistory.Runs);

        Assert.Equal([(From, 1), (Hour(4), 2), (Hour(3), 3), (Hour(1), 2)], steps.Select(step => (step.At, (int)step.Amount)));
    }

    [Fact]
    public void Of_LabsCreatedAndRetried_CountOnlyWhoseHoldingChanges()
    {
        var steps = FleetHistory.Of<InstanceState>(1,
            [At(5, null, "PENDING"), At(4, "PENDING", "SCHEDULED"), At(3, "INSTANTIATING", "SCHEDULED"), At(2, "PENDING", "TERMINATED"), At(1, null, null)], From, FleetHistory.HoldsPlace);

        Assert.Equal([(From, 0), (Hour(4), 1)], steps.Select(step => (step.At, (int)step.Amount)));
    }

    [Fact]
    public void Of_OlderOnes_AreLeftOut() => Assert.Equal((From, 3L), (Assert.Single(FleetHistory.Of<WorkerState>(3, [At(7, "RUNNING", "STOPPING")], From, FleetHistory.Runs)) is { } step ? (step.At, step.Amount) : default));

    private static DateTimeOffset Hour(int ago) => Sample.Now.AddHours(-ago);

    private static AuditEvent At(int hoursAgo, string? before, string? after) => new("e", "type", "subject", Hour(hoursAgo), "ccm/controller",
        JsonSerializer.SerializeToElement(new { changes = new object?[] { new { field = "target" }, before is null ? after is null ? new { field = "forced" } : new { field = "state", after } : new { field = "state", before, after } } }),
        "op", 1, 1, "", "");
}

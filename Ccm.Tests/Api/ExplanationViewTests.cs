using Ccm.Engine.Domain;
using Ccm.Engine.Scheduling;
using Ccm.Portal.Api;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Api;

public sealed class ExplanationViewTests
{
    /// <summary>Neither which worker is coming nor that it is late is told to those who may not look at workers.</summary>
    [Theory]
    [InlineData(Role.Viewer, true)]
    [InlineData(Role.User, false)]
    public void For_AWorkerThatIsLate_NamesItToThoseWhoMaySeeWorkers(Role role, bool named)
    {
        var worker = Sample.Worker("w-slow", WorkerState.Provisioning);
        var fleet = Sample.Fleet([(Sample.Instance(), null)], [worker with { LastTransition = worker.LastTransition with { At = Sample.Now.AddHours(-1) } }]);
        var explanation = PlacementExplainer.Explain(fleet, fleet.Instances["i-1"], [Sample.Template()], Sample.Now, new PlanningTimes(TimeSpan.FromMinutes(5), 1));

        var view = ExplanationView.For(new Actor("user", "user", [role]), explanation);

        Assert.Equal(named ? new AwaitedWorker("w-slow", Sample.Now.AddMinutes(-42), Late: true) : null, view.Awaited);
        Assert.Equal(named ? ["w-slow"] : [], view.Workers.Select(verdict => verdict.WorkerId));
        Assert.Equal("It waits for a worker that is coming; how soon is not certain.", view.Summary);
        Assert.DoesNotContain("w-slow", string.Join(' ', view.WouldFit), StringComparison.Ordinal);
    }
}

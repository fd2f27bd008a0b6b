using System.Globalization;
using System.Text;
using Ccm.Engine.Domain;
using Ccm.Engine.Scaling;
using Ccm.Engine.Scheduling;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Golden;

/// <summary>What people are told of a fleet, word for word: each case is a file to read and a text to read beside it.</summary>
public sealed class GoldenTests
{
    private static readonly PlanningTimes Times = new(TimeSpan.FromMinutes(5), 1);

    public static TheoryData<string> Explanations => GoldenFleet.Cases("explain");

    public static TheoryData<string> Scalings => GoldenFleet.Cases("scaling");

    [Theory]
    [MemberData(nameof(Explanations))]
    public void Explain_TheCase_SaysThis(string name)
    {
        var fleet = GoldenFleet.Read("explain", name);
        var snapshot = fleet.Build();
        var text = new StringBuilder();
        foreach (var instance in fleet.Instances.Select(instance => snapshot.Instances[instance.Id]))
        {
            var explanation = PlacementExplainer.Explain(snapshot, instance, fleet.AllTemplates, Sample.Now, Times);
            text.AppendLine(CultureInfo.InvariantCulture, $"{instance.Id}: {explanation.Summary}");
            foreach (var verdict in explanation.Workers)
                text.AppendLine(CultureInfo.InvariantCulture, $"  {verdict.WorkerId}: {(verdict.Fits ? "fits" : string.Join(" ", verdict.Reasons.Select(reason => $"[{reason.Code}] {reason.Text}")))}");
            if (explanation.Awaited is { } awaited)
                text.AppendLine(CultureInfo.InvariantCulture, $"  awaits {awaited.WorkerId}{(awaited.Late ? ", late" : "")}: {awaited.Expected:u}");
            foreach (var answer in explanation.WouldFit)
                text.AppendLine(CultureInfo.InvariantCulture, $"  would fit: {answer.Text}");
        }
        GoldenFleet.Compare("explain", name, text.ToString());
    }

    [Theory]
    [MemberData(nameof(Scalings))]
    public void Plan_TheCase_DecidesThis(string name)
    {
        var fleet = GoldenFleet.Read("scaling", name);
        var text = new StringBuilder();
        foreach (var decision in ScalingPlanner.Plan(fleet.Build(), fleet.AllTemplates, Sample.Now, Times, new ScalingOptions()))
            text.AppendLine(CultureInfo.InvariantCulture, $"{Describe(decision)}: {decision.Reason}");
        GoldenFleet.Compare("scaling", name, text.Length == 0 ? "Nothing to do.\n" : text.ToString());
    }

    private static string Describe(ScalingDecision decision) => decision switch
    {
        ScalingDecision.Create create => $"create a worker of {create.Template}",
        ScalingDecision.Restart restart => $"restart {restart.WorkerId}",
        ScalingDecision.Stop stop => $"stop {stop.WorkerId}",
        ScalingDecision.Terminate terminate => $"terminate {terminate.WorkerId}",
        ScalingDecision.SkipUp skip => $"do not grow for {skip.InstanceId}",
        ScalingDecision.SkipMinimum skip => $"do not keep the minimum of {skip.Template}",
        ScalingDecision.SkipDown skip => $"keep {skip.WorkerId}",
        _ => throw new ArgumentOutOfRangeException(nameof(decision)),
    };
}

using Bunit;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Pages.Instances;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Components.Instances;

public sealed class StatePathTests : BunitContext
{
    private static readonly string[] Usual = ["PENDING", "SCHEDULED", "INSTANTIATING", "RUNNING", "STOPPING", "STOPPED", "ARCHIVED", "TERMINATED"];

    public static TheoryData<InstanceState> States => [.. Enum.GetValues<InstanceState>()];

    [Theory]
    [MemberData(nameof(States))]
    public void Render_EveryState_IsNowBetweenPastAndAhead(InstanceState state)
    {
        var steps = Render<StatePath>(parameters => parameters.Add(p => p.Instance, Sample.Instance(state: state))).FindAll("li");

        var now = steps.Select(step => step.TextContent).ToList().IndexOf(state.ToString().ToUpperInvariant());
        Assert.Equal(steps.Select((_, n) => n < now ? "past" : n == now ? "now" : "ahead"), steps.Select(step => step.ClassName));
        Assert.Equal(steps.Select((_, n) => n == now ? "step" : null), steps.Select(step => step.GetAttribute("aria-current")));
    }

    [Theory]
    [MemberData(nameof(States))]
    public void Render_EveryState_ShowsCollectingAndGradingOnlyThen(InstanceState state)
    {
        var steps = Render<StatePath>(parameters => parameters.Add(p => p.Instance, Sample.Instance(state: state))).FindAll("li").Select(step => step.TextContent).ToList();

        Assert.Equal(state == InstanceState.Collecting, steps.Contains("COLLECTING"));
        Assert.Equal(state == InstanceState.Grading, steps.Contains("GRADING"));
        Assert.Equal(Usual, steps.Except(["COLLECTING", "GRADING"]));
    }
}

using Bunit;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Shared;

namespace Ccm.Tests.Components.Shared;

/// <summary>A state is told by icon, text and colour, never by colour alone.</summary>
public sealed class StateChipTests : BunitContext
{
    public static TheoryData<Enum, string> Tones => new()
    {
        { InstanceState.Pending, "waiting" },
        { InstanceState.Scheduled, "moving" },
        { InstanceState.Instantiating, "moving" },
        { InstanceState.Running, "good" },
        { InstanceState.Collecting, "moving" },
        { InstanceState.Grading, "moving" },
        { InstanceState.Stopping, "leaving" },
        { InstanceState.Stopped, "over" },
        { InstanceState.Archived, "over" },
        { InstanceState.Terminated, "over" },
        { WorkerState.Pending, "waiting" },
        { WorkerState.Provisioning, "moving" },
        { WorkerState.Running, "good" },
        { WorkerState.Draining, "leaving" },
        { WorkerState.Stopping, "leaving" },
        { WorkerState.Stopped, "over" },
        { WorkerState.Failed, "bad" },
        { WorkerState.Terminated, "over" },
    };

    [Theory]
    [MemberData(nameof(Tones))]
    public void Render_EveryState_HasItsTextToneAndAnIcon(Enum state, string tone)
    {
        var chip = Render<StateChip>(parameters => parameters.Add(c => c.State, state));

        var span = chip.Find("[data-test=state]");
        Assert.Equal(state.ToString().ToUpperInvariant(), span.TextContent.Trim());
        Assert.Equal(["ccm-state", tone], span.ClassList);
        Assert.Equal("true", chip.Find("svg").GetAttribute("aria-hidden"));
        Assert.NotEmpty(chip.FindAll("svg path"));
    }

    [Fact]
    public void Tones_AllStates_AreListed() =>
        Assert.Equal(Enum.GetValues<InstanceState>().Length + Enum.GetValues<WorkerState>().Length, Tones.Count);

    [Fact]
    public void Render_StatesOfDifferentTones_NeverShareAnIcon()
    {
        var tonesByIcon = Tones.Select(row => (Tone: row.Data.Item2, Icon: Render<StateChip>(parameters => parameters.Add(c => c.State, row.Data.Item1)).Find("svg").InnerHtml))
            .GroupBy(row => row.Icon).Select(group => group.Select(row => row.Tone).Distinct());

        Assert.All(tonesByIcon, tones => Assert.Single(tones));
    }
}

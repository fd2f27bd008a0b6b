using System.Collections.Immutable;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Scaling;
using Ccm.Engine.Watching;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;

namespace Ccm.Portal.Components.Pages.Scaling;

/// <summary>How the fleet grows and shrinks, live: what there is, what waits, what was decided.</summary>
public sealed partial class ScalingPage
{
    /// <summary>So often at the most the planner is asked and the trail is read, however much changes.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    /// <summary>The history goes on with what is seen; now and then it is read anew, as what happens unseen between two looks is not in it.</summary>
    private const int HistoryBeats = 600;
    private ScalingFilter _filter = ScalingFilter.Read(null, null, null);
    private ScalingOutlook? _outlook;
    private List<(string Reason, bool IsRefused, List<WaitingLab> Labs)> _waiting = [];
    private List<string> _names = [];
    private string? _templatesProblem;
    private DateTimeOffset _now;
    private bool _fleetChanged;

    [SupplyParameterFromQuery(Name = "kind")]
    private string? Kind { get; set; }

    [SupplyParameterFromQuery(Name = "template")]
    private string? Template { get; set; }

    [SupplyParameterFromQuery(Name = "hours")]
    private string? Hours { get; set; }

    [Inject]
    private PlanningTimes Times { get; set; } = null!;

    [Inject]
    private IOptions<ScalingOptions> Options { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    protected override async Task OnParametersSetAsync()
    {
        var filter = ScalingFilter.Read(Kind, Template, Hours);
        if (filter != _filter)
            (_filter, _decisions, _decisionsRead, _askAgain) = (filter, [], false, true);
        if (_outlook is null && May(Permission.ReadAll))
            await LookAsync();
    }

    protected override void OnAfterRender(bool firstRender)
    {
        base.OnAfterRender(firstRender);
        if (firstRender && May(Permission.ReadAll))
            Begin(FollowAsync);
        if (_askAgain && May(Permission.ReadAll))
            Begin(ReadNewestAsync);
    }

    /// <summary>Both are looked at with the next beat, or now when the last is long ago.</summary>
    protected override bool Apply(FleetChange change)
    {
        _fleetChanged |= change.IsResync || !change.Instances.IsEmpty || !change.Workers.IsEmpty || change.Templates;
        _trailChanged |= change.IsResync || change.Outbox;
        if (_fleetChanged && Time.GetUtcNow() - _now >= Beat)
            Begin(LookAsync);
        return false;
    }

    private async Task FollowAsync()
    {
        var beats = 0;
        while (true)
        {
            await Task.Delay(Beat, Time, Left);
            if (_fleetChanged || beats % 20 == 0)
                await LookAsync();
            if (_trailChanged && !_reading)
                await ReadNewestAsync();
            if (beats++ % HistoryBeats == 0)
                await ReadHistoryAsync();
        }
    }

    private async Task LookAsync()
    {
        (_fleetChanged, _now) = (false, Time.GetUtcNow());
        try
        {
            var templates = await Control.ReadTemplatesAsync(Left);
            _outlook = ScalingOutlook.Of(Fleet, templates, _now, Times, Options.Value);
            _waiting = [.. _outlook.Waiting.GroupBy(lab => (lab.Reason, lab.IsRefused)).Select(group => (group.Key.Reason, group.Key.IsRefused, group.ToList()))];
            _names = [.. templates.Select(template => template.Name)];
            _templatesProblem = null;
            GoOn();
        }
        catch (RefusedException refused)
        {
            _templatesProblem = $"The worker templates cannot be read now, and without them the engine orders no worker. {refused.Problems[0].Reason}";
        }
        StateHasChanged();
    }

    private void Go(ScalingFilter filter) => Navigation.NavigateTo(filter.Address(Navigation), replace: true);

    private void ChooseTemplate(ChangeEventArgs changed) => Go(_filter with { Template = changed.Value as string ?? "" });

    private static string Pressed(bool pressed) => pressed ? "true" : "false";
}

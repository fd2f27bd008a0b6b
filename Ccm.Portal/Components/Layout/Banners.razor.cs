using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Portal.Components.Layout;

/// <summary>What everybody has to know on every page. A silent watch brings no change to paint it by, so it is looked at once a second.</summary>
public sealed partial class Banners
{
    private const int Most = 3;
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);
    private List<(string Id, DateTimeOffset Since)> _silent = [];
    private string? _problem;

    protected override void OnParametersSet() => Look();

    protected override void OnAfterRender(bool firstRender)
    {
        base.OnAfterRender(firstRender);
        if (firstRender)
            Begin(BeatAsync);
    }

    protected override bool Apply(FleetChange change) => Look();

    private async Task BeatAsync()
    {
        while (true)
        {
            await Task.Delay(Beat, Time, Left);
            if (Look())
                StateHasChanged();
        }
    }

    /// <summary>Whether anything differs from what is shown.</summary>
    private bool Look()
    {
        var before = (_problem, _silent);
        _problem = Cache.Freshness.Problem;
        _silent = !May(Permission.ReadAll) ? [] : [.. Fleet.Workers.Values.Where(worker => worker.Value is { UnreachableSince: not null, State: not WorkerState.Terminated })
            .OrderBy(worker => worker.Id, StringComparer.Ordinal).Select(worker => (worker.Id, worker.Value.UnreachableSince!.Value))];
        return before._problem != _problem || !before._silent.SequenceEqual(_silent);
    }
}

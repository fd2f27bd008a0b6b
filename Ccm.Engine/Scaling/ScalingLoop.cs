using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Leadership;
using Ccm.Engine.Scheduling;
using Ccm.Engine.Watching;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Ccm.Engine.Scaling;

/// <summary>Carries scaling decisions out while this replica leads; tells the trail of each, and of each refusal once per change of reason.</summary>
internal sealed partial class ScalingLoop(
    ControlPlane control, WatchCache cache, PlanningTimes times, IOptions<ScalingOptions> options, TimeProvider time, ILogger<ScalingLoop> logger)
{
    private static readonly TimeSpan Sweep = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Between two passes, while what changes is gathered: each plays through all that is due.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(250);

    /// <summary>Reasons remembered; beyond that they are forgotten together, and one may be told twice.</summary>
    private const int MostTold = 20_000;
    private readonly Dictionary<string, string> _told = [];

    public async Task RunAsync(LeaderTerm term)
    {
        using var subscription = cache.Subscribe();
        while (true)
        {
            try
            {
                await PassAsync(term);
            }
            catch (RefusedException exception)
            {
                LogRefused(exception.Message);
                await Task.Delay(Pause, time, term.Over);
            }
            await Task.Delay(Gathering, time, term.Over);
            await subscription.NextAsync(Sweep, time, term.Over);
        }
    }

    /// <summary>Decides once and carries it out. One that is refused does not hold up the others; a store that is away is away for all.</summary>
    internal async Task PassAsync(LeaderTerm term)
    {
        var templates = await control.ReadTemplatesAsync(term.Over);
        var snapshot = cache.Current;
        foreach (var decision in ScalingPlanner.Plan(snapshot, templates, time.GetUtcNow(), times, options.Value))
        {
            try
            {
                await CarryOutAsync(term, snapshot, decision);
            }
            catch (RefusedException exception) when (exception.Kind != RefusalKind.Unavailable)
            {
                LogRefused(exception.Message);
            }
        }
    }

    /// <param name="snapshot">What was decided on. Where it is not so any more nothing is done, and the next pass decides anew.</param>
    private async Task CarryOutAsync(LeaderTerm term, FleetSnapshot snapshot, ScalingDecision decision)
    {
        switch (decision)
        {
            case ScalingDecision.Create create:
                await control.CreateWorkerAsync(Actor.Engine("controller"), Operation.New(), create.Template, create.Reason, term.Fence, create.Beside, term.Over);
                break;
            case ScalingDecision.Restart restart:
                await control.ScaleWorkerAsync(term.Fence, snapshot.Workers[restart.WorkerId], WorkerTarget.Running, EventTypes.ScalingUpDecided, restart.Reason, term.Over);
                break;
            case ScalingDecision.Stop stop:
                await control.ScaleWorkerAsync(term.Fence, snapshot.Workers[stop.WorkerId], WorkerTarget.Stopped, EventTypes.ScalingDownDecided, stop.Reason, term.Over);
                break;
            case ScalingDecision.Terminate terminate:
                await control.ScaleWorkerAsync(term.Fence, snapshot.Workers[terminate.WorkerId], WorkerTarget.Terminated, EventTypes.ScalingDownDecided, terminate.Reason, term.Over);
                break;
            case ScalingDecision.SkipUp skip:
                await TellOnceAsync(term, EventTypes.ScalingUpSkipped, Subjects.Instance(skip.InstanceId), skip.Reason);
                break;
            case ScalingDecision.SkipMinimum skip:
                await TellOnceAsync(term, EventTypes.ScalingUpSkipped, Subjects.Template(skip.Template), skip.Reason);
                break;
            case ScalingDecision.SkipDown skip:
                await TellOnceAsync(term, EventTypes.ScalingDownSkipped, Subjects.Worker(skip.WorkerId), skip.Reason);
                break;
        }
    }

    private async Task TellOnceAsync(LeaderTerm term, string eventType, string subject, string reason)
    {
        if (_told.GetValueOrDefault(subject) != reason && await control.RecordScalingAsync(term.Fence, eventType, subject, reason, term.Over))
        {
            if (_told.Count >= MostTold)
                _told.Clear();
            _told[subject] = reason;
        }
    }

    [LoggerMessage(8001, LogLevel.Warning, "A scaling decision was refused and is made anew: {Reason}")]
    private partial void LogRefused(string reason);
}

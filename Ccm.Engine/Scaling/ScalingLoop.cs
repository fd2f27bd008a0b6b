using System.Collections.Immutable;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Leadership;
using Ccm.Engine.Scheduling;
using Ccm.Engine.State;
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

    /// <summary>By subject, the reason that was told in this term and holds still.</summary>
    private readonly Dictionary<string, string> _told = [];
    private StateGuard? _fence;

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
        var decisions = ScalingPlanner.Plan(snapshot, templates, time.GetUtcNow(), times, options.Value);
        Forget(term, decisions);
        foreach (var decision in decisions)
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
            case ScalingDecision.SkipUp or ScalingDecision.SkipMinimum:
                await TellOnceAsync(term, EventTypes.ScalingUpSkipped, SubjectOf(decision)!, decision.Reason);
                break;
            case ScalingDecision.SkipDown:
                await TellOnceAsync(term, EventTypes.ScalingDownSkipped, SubjectOf(decision)!, decision.Reason);
                break;
        }
    }

    /// <summary>A reason that has ended is told again when it comes back, and so is what an earlier term told: others may have led since.</summary>
    private void Forget(LeaderTerm term, ImmutableArray<ScalingDecision> decisions)
    {
        if (_fence != term.Fence)
            _told.Clear();
        _fence = term.Fence;
        // A pass that orders has not looked at all: what it does not name may hold still.
        if (decisions.Any(decision => decision is ScalingDecision.Create or ScalingDecision.Restart))
            return;
        foreach (var subject in _told.Keys.Except(decisions.Select(SubjectOf)).ToList())
            _told.Remove(subject!);
    }

    /// <summary>Whom a refusal is told of; null for what is no refusal.</summary>
    private static string? SubjectOf(ScalingDecision decision) => decision switch
    {
        ScalingDecision.SkipUp skip => Subjects.Instance(skip.InstanceId),
        ScalingDecision.SkipMinimum skip => Subjects.Template(skip.Template),
        ScalingDecision.SkipDown skip => Subjects.Worker(skip.WorkerId),
        _ => null,
    };

    private async Task TellOnceAsync(LeaderTerm term, string eventType, string subject, string reason)
    {
        if (_told.GetValueOrDefault(subject) == reason)
            return;
        await control.RecordScalingAsync(term.Fence, eventType, subject, reason, term.Over);
        _told[subject] = reason;
    }

    [LoggerMessage(8001, LogLevel.Warning, "A scaling decision was refused and is made anew: {Reason}")]
    private partial void LogRefused(string reason);
}

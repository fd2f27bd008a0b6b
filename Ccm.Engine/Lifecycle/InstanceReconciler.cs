using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Hosts;
using Ccm.Engine.Labs;
using Ccm.Engine.Leadership;
using Ccm.Engine.Scheduling;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Ccm.Engine.Lifecycle;

/// <summary>Takes one instance one step further: asks the planner, acts on the host where it must, commits what follows.</summary>
internal sealed partial class InstanceReconciler(
    ControlPlane control, WatchCache cache, HostRegistry hosts, PlanningTimes times, IOptions<LifecycleOptions> options, TimeProvider time, ILogger<InstanceReconciler> logger)
{
    private static readonly TimeSpan StartGrace = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(5);

    /// <returns>How long until it must be looked at again, whatever happens; null: when something changes.</returns>
    public async Task<TimeSpan?> ReconcileAsync(LeaderTerm term, string id)
    {
        var snapshot = cache.Current;
        // What cannot be read could not be changed either; when it can be read again, it is looked at.
        if (!snapshot.Instances.TryGetValue(id, out var entry) || entry.Unreadable is not null)
            return null;
        var worker = entry.WorkerId is null ? null : snapshot.Workers.GetValueOrDefault(entry.WorkerId);
        var next = InstancePlanner.Next(entry, worker, time.GetUtcNow(), options.Value);
        if (worker?.Unreadable is { } unreadable && unreadable.Key != StateKeys.WorkerState(worker.Id) && next is InstanceStep.Advance { To: InstanceState.Terminated or InstanceState.Pending } or InstanceStep.Act { What: HostAct.Remove } && entry.Value.HoldsPlace)
        {
            LogKept(id, unreadable.Key);
            return null;
        }
        switch (next)
        {
            case InstanceStep.Advance step:
                await control.AdvanceInstanceAsync(term.Fence, entry, step.To, step.Reason, step.Change, term.Over);
                return TimeSpan.Zero;
            case InstanceStep.Note step:
                await control.NoteInstanceAsync(term.Fence, entry, step.Reason, step.Change, term.Over);
                return TimeSpan.Zero;
            case InstanceStep.Act act:
                return await ActAsync(term, entry, worker!.Value, act.What);
            case InstanceStep.Wait { Until: { } until }:
                return until - time.GetUtcNow();
            default:
                return null;
        }
    }

    private async Task<TimeSpan?> ActAsync(LeaderTerm term, InstanceEntry entry, Worker worker, HostAct act)
    {
        try
        {
            return act switch
            {
                HostAct.Import => await ImportAsync(term, entry, worker),
                HostAct.Start => await StartAsync(term, entry, worker),
                HostAct.AwaitStart => await AwaitStartAsync(term, entry, worker),
                HostAct.Stop => await StopAsync(term, entry, worker),
                _ => await RemoveAsync(term, entry, worker),
            };
        }
        catch (HostUnreachableException exception)
        {
            LogSilent(worker.Id, entry.Id, exception.Message);
            return FirstRetry;
        }
        catch (Exception exception) when (exception is HostRefusedException or LabRefusedException && entry.Value.State == InstanceState.Instantiating)
        {
            await FailAsync(term, entry, exception.Message);
            return TimeSpan.Zero;
        }
        catch (HostRefusedException exception)
        {
            LogRefused(worker.Id, entry.Id, exception.Message);
            return FirstRetry;
        }
    }

    /// <summary>Imports unless a lab of that title is there, lists again and keeps the lowest id: racing and repeating are harmless.</summary>
    private async Task<TimeSpan?> ImportAsync(LeaderTerm term, InstanceEntry entry, Worker worker)
    {
        var title = LabTitle.Of(entry.Id);
        if (await OfTitleAsync(worker, title, term.Over) is [])
        {
            var yaml = await control.ReadLabAsync(entry.Value.DefinitionId, entry.Value.Version, term.Over);
            await hosts.LabsOf(worker).ImportAsync(worker, title, LabRewrite.WithPorts(yaml, entry.Value.Ports), term.Over);
        }
        var labs = await OfTitleAsync(worker, title, term.Over);
        if (labs is [])
            return FirstRetry;
        await control.NoteInstanceAsync(term.Fence, entry, "Imported.", i => i with { Checkpoint = new Checkpoint(CheckpointStep.Imported, labs[0].Id) }, term.Over);
        return TimeSpan.Zero;
    }

    private async Task<TimeSpan?> StartAsync(LeaderTerm term, InstanceEntry entry, Worker worker)
    {
        var labId = entry.Value.Checkpoint!.LabId;
        if ((await OfTitleAsync(worker, LabTitle.Of(entry.Id), term.Over)).All(lab => lab.Id != labId))
        {
            await control.NoteInstanceAsync(term.Fence, entry, "The recorded lab is gone.", i => i with { Checkpoint = new Checkpoint(CheckpointStep.Begun, null) }, term.Over);
            return TimeSpan.Zero;
        }
        await hosts.LabsOf(worker).StartAsync(worker, labId!, term.Over);
        await control.NoteInstanceAsync(term.Fence, entry, "Started.", i => i with { Checkpoint = new Checkpoint(CheckpointStep.Started, labId) }, term.Over);
        return TimeSpan.Zero;
    }

    private async Task<TimeSpan?> AwaitStartAsync(LeaderTerm term, InstanceEntry entry, Worker worker)
    {
        var lab = await hosts.LabsOf(worker).FindAsync(worker, entry.Value.Checkpoint!.LabId!, term.Over);
        if (lab?.Title != LabTitle.Of(entry.Id))
            lab = null;
        if (lab is { State: HostLabState.Booted, IsConverged: true })
        {
            await control.AdvanceInstanceAsync(term.Fence, entry, InstanceState.Running, "Its lab has converged.", WithSlot, term.Over);
            return TimeSpan.Zero;
        }
        var estimate = times.On(worker).LabStart(entry.Value.Request.Nodes);
        if (lab is null || time.GetUtcNow() > entry.Value.LastTransition.At + (estimate * 4) + StartGrace)
        {
            await FailAsync(term, entry, lab is null ? "Its lab vanished while starting." : "Its lab did not converge in time.");
            return TimeSpan.Zero;
        }
        return Poll(estimate);
    }

    private async Task<TimeSpan?> StopAsync(LeaderTerm term, InstanceEntry entry, Worker worker)
    {
        var labs = await OfTitleAsync(worker, LabTitle.Of(entry.Id), term.Over);
        foreach (var lab in labs.Where(IsUp))
            await hosts.LabsOf(worker).StopAsync(worker, lab.Id, term.Over);
        labs = await OfTitleAsync(worker, LabTitle.Of(entry.Id), term.Over);
        if (labs.Any(lab => IsUp(lab) || !lab.IsConverged))
            return Poll(times.On(worker).LabStart(10));
        await control.AdvanceInstanceAsync(term.Fence, entry, InstanceState.Stopped, "Its lab has stopped.", i => i.Target == InstanceTarget.Terminated ? i : WithSlot(i), term.Over);
        return TimeSpan.Zero;
    }

    private async Task<TimeSpan?> RemoveAsync(LeaderTerm term, InstanceEntry entry, Worker worker)
    {
        foreach (var lab in await OfTitleAsync(worker, LabTitle.Of(entry.Id), term.Over))
        {
            if (IsUp(lab))
                await hosts.LabsOf(worker).StopAsync(worker, lab.Id, term.Over);
            await hosts.LabsOf(worker).WipeAsync(worker, lab.Id, term.Over);
            await hosts.LabsOf(worker).DeleteAsync(worker, lab.Id, term.Over);
        }
        if (await OfTitleAsync(worker, LabTitle.Of(entry.Id), term.Over) is not [])
            return FirstRetry;
        // Others giving back on the same worker may have been faster: look again either way.
        await control.AdvanceInstanceAsync(term.Fence, entry, InstanceState.Terminated, "Its lab is deleted and everything is given back.", i => i, term.Over);
        return TimeSpan.Zero;
    }

    private Task<bool> FailAsync(LeaderTerm term, InstanceEntry entry, string why)
    {
        var attempts = entry.Value.FailedAttempts + 1;
        if (attempts >= InstancePlanner.MaxAttempts)
            return control.AdvanceInstanceAsync(term.Fence, entry, InstanceState.Stopping, $"Attempt {attempts} failed, and it was the last: {why}",
                i => InstancePlanner.Ending(i, Outcome.Failed) with { FailedAttempts = attempts }, term.Over);
        return control.AdvanceInstanceAsync(term.Fence, entry, InstanceState.Scheduled, $"Attempt {attempts} failed: {why}",
            i => i with { FailedAttempts = attempts, Checkpoint = AsImported(i.Checkpoint), RetryAt = time.GetUtcNow() + (FirstRetry * Math.Pow(3, attempts - 1)) }, term.Over);
    }

    /// <summary>The next attempt looks whether the recorded lab is still there, and starts it again.</summary>
    private static Checkpoint? AsImported(Checkpoint? checkpoint) => checkpoint?.LabId is { } lab ? new Checkpoint(CheckpointStep.Imported, lab) : checkpoint;

    /// <summary>As soon as possible begins now, if it has not: also for a lab stopped before it ran, which would else hold its place without an end.</summary>
    private LabletInstance WithSlot(LabletInstance instance)
    {
        if (instance is not { AsSoonAsPossible: true, TimeslotStart: null })
            return instance;
        var now = time.GetUtcNow();
        return instance with { TimeslotStart = now, TimeslotEnd = now.AddMinutes(instance.DurationMinutes) };
    }

    private async Task<HostLab[]> OfTitleAsync(Worker worker, string title, CancellationToken cancellationToken) =>
        [.. (await hosts.LabsOf(worker).ListAsync(worker, cancellationToken)).Where(lab => lab.Title == title).OrderBy(lab => lab.Id, StringComparer.Ordinal)];

    private static bool IsUp(HostLab lab) => lab.State is HostLabState.Queued or HostLabState.Started or HostLabState.Booted;

    private static TimeSpan Poll(TimeSpan estimate) =>
        TimeSpan.FromSeconds(Math.Clamp(estimate.TotalSeconds / 8, 0.05, 5));

    [LoggerMessage(7001, LogLevel.Warning, "Host {WorkerId} is silent about instance {InstanceId}: {Reason}")]
    private partial void LogSilent(string workerId, string instanceId, string reason);

    [LoggerMessage(7002, LogLevel.Warning, "Host {WorkerId} refused an act for instance {InstanceId}: {Reason}")]
    private partial void LogRefused(string workerId, string instanceId, string reason);

    [LoggerMessage(7003, LogLevel.Warning, "Instance {InstanceId} ends once {Key} can be read: what it holds there cannot be given back before.")]
    private partial void LogKept(string instanceId, string key);
}

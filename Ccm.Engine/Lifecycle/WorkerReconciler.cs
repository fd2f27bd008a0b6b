using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Hosts;
using Ccm.Engine.Leadership;
using Ccm.Engine.Scheduling;
using Ccm.Engine.Watching;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Ccm.Engine.Lifecycle;

/// <summary>Takes one worker one step further: asks its provider how the host is, acts, commits what follows.</summary>
internal sealed partial class WorkerReconciler(
    ControlPlane control, WatchCache cache, HostRegistry hosts, LeftBehind leftBehind, PlanningTimes times, IOptions<LifecycleOptions> options, TimeProvider time, ILogger<WorkerReconciler> logger)
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryFailed = TimeSpan.FromMinutes(1);

    /// <returns>How long until it must be looked at again, whatever happens; null: when something changes.</returns>
    public async Task<TimeSpan?> ReconcileAsync(LeaderTerm term, string id)
    {
        // What cannot be read could not be changed either; when it can be read again, it is looked at.
        if (!cache.Current.Workers.TryGetValue(id, out var entry) || entry.Value.State == WorkerState.Terminated || entry.Unreadable is not null)
            return null;
        try
        {
            if (entry.Value.LostSince is not null)
                return await EndLostAsync(term, entry);
            // Before its provider is asked for: one whose provider is not known here must be able to end.
            if (entry.Value is { State: WorkerState.Pending, Target: not WorkerTarget.Running })
            {
                // It may have been ordered in the very moment in which it was cancelled.
                await TryGiveBackAsync(term, entry.Value);
                return await AdvanceAsync(term, entry, WorkerState.Terminated, "Cancelled before its host was there.");
            }
            var provider = hosts.ProviderOf(entry.Value);
            // The provider alone has to answer: a host that failed may never do so again, and one that was given back a moment ago, when
            // what was to say so did not stand, would seem to be lost.
            if (entry is { Value: { State: WorkerState.Stopped, Target: WorkerTarget.Terminated } } or { IsEmpty: true, Value: { State: WorkerState.Failed, Target: WorkerTarget.Terminated } })
            {
                await provider.TerminateAsync(entry.Value, term.Over);
                return await AdvanceAsync(term, entry, WorkerState.Terminated, entry.Value.State == WorkerState.Failed ? "It failed, and its host was given back." : "Its host was given back.");
            }
            return entry.Value.State == WorkerState.Pending
                ? await OrderAsync(term, entry, provider)
                : await FollowAsync(term, entry, provider, await provider.DescribeAsync(entry.Value, term.Over));
        }
        catch (HostUnreachableException exception)
        {
            return await SilentAsync(term, entry, exception.Message);
        }
        catch (HostRefusedException exception)
        {
            await NoteTroubleAsync(term, entry, exception.Message);
            return RetryFailed;
        }
    }

    private async Task<TimeSpan?> OrderAsync(LeaderTerm term, WorkerEntry entry, IWorkerProvider provider)
    {
        await provider.CreateAsync(entry.Value, term.Over);
        return await AdvanceAsync(term, entry, WorkerState.Provisioning, "Its host was ordered.");
    }

    private async Task<TimeSpan?> FollowAsync(LeaderTerm term, WorkerEntry entry, IWorkerProvider provider, HostDescription? host)
    {
        var worker = entry.Value;
        if (host is null)
            return await GoneAsync(term, entry);
        // Before it counts as answering: one that boots again and again would else be unreachable and reachable in turn.
        if (host.Phase != HostPhase.Ready && worker.State is WorkerState.Running or WorkerState.Draining)
            return await SilentAsync(term, entry, $"Its host is {host.Phase.ToString().ToUpperInvariant()}.");
        // Before it takes work, for the first time or again after silence, trouble or a drain.
        var left = host.Phase == HostPhase.Ready && !worker.TakesWork && worker.State is WorkerState.Provisioning or WorkerState.Running or WorkerState.Draining or WorkerState.Failed
            ? await leftBehind.ClearAsync(term, entry) : null;
        // While it boots this is one more thing to wait for, and no reason to order another worker.
        if (worker.State != WorkerState.Provisioning)
            host = host with { Trouble = host.Trouble ?? left };
        if (worker.UnreachableSince is not null)
        {
            await control.NoteWorkerAsync(term.Fence, entry, EventTypes.WorkerReachable, "Its host answers again.", w => w with { UnreachableSince = null, Trouble = host.Trouble }, term.Over);
            return TimeSpan.Zero;
        }
        if (await NoteTroubleAsync(term, entry, host.Trouble))
            return TimeSpan.Zero;
        return worker.State switch
        {
            WorkerState.Provisioning => await ProvisioningAsync(term, entry, provider, host, left),
            WorkerState.Running => await RunningAsync(term, entry),
            WorkerState.Draining => await DrainingAsync(term, entry),
            WorkerState.Stopping => await StoppingAsync(term, entry, provider, host),
            WorkerState.Stopped => await StoppedAsync(term, entry, provider),
            _ => await FailedAsync(term, entry, provider, host),
        };
    }

    private async Task<TimeSpan?> ProvisioningAsync(LeaderTerm term, WorkerEntry entry, IWorkerProvider provider, HostDescription host, string? left)
    {
        var worker = entry.Value;
        if (worker.Target != WorkerTarget.Running)
            return await AdvanceAsync(term, entry, WorkerState.Stopping, "Cancelled while it booted.");
        if (host is { Phase: HostPhase.Ready, Trouble: null } && left is null)
            return await AdvanceAsync(term, entry, WorkerState.Running, "CML answers ready and is licensed.", w => w with { Address = host.Address, FailedFrom = null });
        if (host.Phase is HostPhase.Stopped)
            await provider.StartAsync(worker, term.Over);
        var estimate = times.On(worker).WorkerStart(worker.StartupTimeMinutes);
        if (time.GetUtcNow() > worker.LastTransition.At + (estimate * 3) + TimeSpan.FromMinutes(5))
            return await FailAsync(term, entry, host.Trouble ?? left ?? "Its host did not become ready in three times the usual time.");
        return TimeSpan.FromSeconds(Math.Clamp(estimate.TotalSeconds / 20, 0.05, 15));
    }

    private async Task<TimeSpan?> RunningAsync(LeaderTerm term, WorkerEntry entry)
    {
        if (entry.Value.Target == WorkerTarget.Running)
            return null;
        return await AdvanceAsync(term, entry, WorkerState.Draining, $"It is asked to be {Capitals(entry.Value.Target)}.", w => w with { DrainStartedAt = time.GetUtcNow() });
    }

    private async Task<TimeSpan?> DrainingAsync(LeaderTerm term, WorkerEntry entry)
    {
        if (entry.IsEmpty)
            return await AdvanceAsync(term, entry, WorkerState.Stopping, "It is empty.", w => w with { Target = w.Target == WorkerTarget.Running ? WorkerTarget.Stopped : w.Target });
        if (entry.Value.Forced && !await EndBegunAsync(term, entry))
            return TimeSpan.Zero;
        return await NoteOverdueAsync(term, entry);
    }

    /// <summary>Each ends properly, its lab stopped and deleted; what has not begun goes back to PENDING by itself and ends nowhere.</summary>
    /// <returns>False when one of them had changed meanwhile.</returns>
    private async Task<bool> EndBegunAsync(LeaderTerm term, WorkerEntry entry)
    {
        var all = true;
        foreach (var instance in cache.Current.On(entry.Id).Where(instance => instance.Value is { HasBegun: true, HoldsPlace: true, Target: not InstanceTarget.Terminated }))
            all &= await control.NoteInstanceAsync(term.Fence, instance, "An admin forced its worker to stop.", i => InstancePlanner.Ending(i, Outcome.Cancelled), term.Over);
        return all;
    }

    /// <summary>Told once for each drain; nothing else follows from it but that people know.</summary>
    private async Task<TimeSpan?> NoteOverdueAsync(LeaderTerm term, WorkerEntry entry)
    {
        if (entry.Value is not { DrainDueAt: { } due, DrainOverdueSince: null })
            return null;
        var left = due - time.GetUtcNow();
        if (left > TimeSpan.Zero)
            return left;
        var labs = cache.Current.On(entry.Id).Count();
        if (await control.NoteWorkerAsync(term.Fence, entry, EventTypes.WorkerDrainOverdue, $"Its drain takes longer than {Counted.Of(entry.Value.DrainTimeoutHours, "hour")}: {Counted.Of(labs, "lab is", "labs are")} on it still.",
            w => w with { DrainOverdueSince = due }, term.Over))
            LogOverdue(entry.Id, due, labs);
        return TimeSpan.Zero;
    }

    private async Task<TimeSpan?> StoppingAsync(LeaderTerm term, WorkerEntry entry, IWorkerProvider provider, HostDescription host)
    {
        if (host.Phase == HostPhase.Stopped)
            return await AdvanceAsync(term, entry, WorkerState.Stopped, "Its host has stopped.", w => w with { Forced = false });
        await provider.StopAsync(entry.Value, term.Over);
        return TimeSpan.FromSeconds(0.5);
    }

    private async Task<TimeSpan?> StoppedAsync(LeaderTerm term, WorkerEntry entry, IWorkerProvider provider)
    {
        if (entry.Value.Target != WorkerTarget.Running)
            return null;
        await provider.StartAsync(entry.Value, term.Over);
        return await AdvanceAsync(term, entry, WorkerState.Provisioning, "Its host is started again.");
    }

    private async Task<TimeSpan?> FailedAsync(LeaderTerm term, WorkerEntry entry, IWorkerProvider provider, HostDescription host)
    {
        var worker = entry.Value;
        if (host.Phase == HostPhase.Ready && worker.FailedFrom is WorkerState.Running or WorkerState.Draining)
            return await AdvanceAsync(term, entry, worker.FailedFrom!.Value, "Its host is back.", w => w with { FailedFrom = null });
        if (!entry.IsEmpty)
            return Retry;
        if (worker.Target != WorkerTarget.Running)
            return await AdvanceAsync(term, entry, WorkerState.Stopping, $"It failed and is asked to be {Capitals(worker.Target)}.");
        // As long as its host is not what it has to be, it would fail again.
        if (host.Trouble is not null)
            return RetryFailed;
        if (time.GetUtcNow() < worker.LastTransition.At + RetryFailed)
            return worker.LastTransition.At + RetryFailed - time.GetUtcNow();
        await provider.StartAsync(worker, term.Over);
        return await AdvanceAsync(term, entry, WorkerState.Provisioning, "Tried again.");
    }

    private async Task<TimeSpan?> GoneAsync(LeaderTerm term, WorkerEntry entry)
    {
        await control.NoteWorkerAsync(term.Fence, entry, EventTypes.WorkerLost, "The provider confirms that its host is gone.",
            w => w with { LostSince = time.GetUtcNow(), Target = WorkerTarget.Terminated }, term.Over);
        return TimeSpan.Zero;
    }

    /// <summary>Instances end first, then the worker.</summary>
    private async Task<TimeSpan?> EndLostAsync(LeaderTerm term, WorkerEntry entry)
    {
        switch (entry.Value.State)
        {
            case WorkerState.Failed when !entry.IsEmpty:
                return null;
            case WorkerState.Failed or WorkerState.Pending or WorkerState.Stopped:
                await TryGiveBackAsync(term, entry.Value);
                return await AdvanceAsync(term, entry, WorkerState.Terminated, "Its host is lost and nothing is held on it.");
            default:
                return await FailAsync(term, entry, "Its host is lost.");
        }
    }

    /// <summary>What was declared lost may still be there and be paid for; nothing waits for an answer.</summary>
    private async Task TryGiveBackAsync(LeaderTerm term, Worker worker)
    {
        try
        {
            await hosts.ProviderOf(worker).TerminateAsync(worker, term.Over);
        }
        catch (Exception exception) when (exception is HostUnreachableException or HostRefusedException)
        {
            LogNotGivenBack(worker.Id, exception.Message);
        }
    }

    private async Task<TimeSpan?> SilentAsync(LeaderTerm term, WorkerEntry entry, string why)
    {
        if (entry.Value.UnreachableSince is not { } since)
        {
            await control.NoteWorkerAsync(term.Fence, entry, EventTypes.WorkerUnreachable, why, w => w with { UnreachableSince = time.GetUtcNow(), Trouble = why }, term.Over);
            return Retry;
        }
        if (time.GetUtcNow() >= since + options.Value.UnreachableLimit && entry.Value.State is WorkerState.Running or WorkerState.Draining or WorkerState.Provisioning or WorkerState.Stopping)
            return await FailAsync(term, entry, $"Silent since {since:u}: {why}");
        return Retry;
    }

    /// <summary>Tells it once, not at every look.</summary>
    /// <returns>Whether anything was to tell.</returns>
    private async Task<bool> NoteTroubleAsync(LeaderTerm term, WorkerEntry entry, string? trouble)
    {
        if (entry.Value.Trouble == trouble)
            return false;
        await control.NoteWorkerAsync(term.Fence, entry, EventTypes.WorkerTroubleChanged, trouble ?? "What was wrong with its host is over.", w => w with { Trouble = trouble }, term.Over);
        return true;
    }

    private Task<TimeSpan?> FailAsync(LeaderTerm term, WorkerEntry entry, string why) =>
        AdvanceAsync(term, entry, WorkerState.Failed, why, w => w with { FailedFrom = w.LastTransition.From });

    private async Task<TimeSpan?> AdvanceAsync(LeaderTerm term, WorkerEntry entry, WorkerState to, string reason, Func<Worker, Worker>? change = null)
    {
        await control.AdvanceWorkerAsync(term.Fence, entry, to, reason, change ?? (worker => worker), null, term.Over);
        return TimeSpan.Zero;
    }

    private static string Capitals(WorkerTarget target) => target.ToString().ToUpperInvariant();

    [LoggerMessage(7102, LogLevel.Warning, "The lost host of worker {WorkerId} could not be given back: {Reason}")]
    private partial void LogNotGivenBack(string workerId, string reason);

    [LoggerMessage(7103, LogLevel.Warning, "The drain of worker {WorkerId} is overdue since {Since:u}: {Labs} labs are on it still. They go on; an admin may force it.")]
    private partial void LogOverdue(string workerId, DateTimeOffset since, int labs);
}

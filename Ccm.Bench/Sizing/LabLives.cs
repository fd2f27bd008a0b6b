using System.Diagnostics;
using Ccm.Bench.Measuring;
using Ccm.Bench.Schedule;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Scheduling;
using Ccm.Engine.State;
using Ccm.Engine.Watching;

namespace Ccm.Bench.Sizing;

/// <summary>Whole lives of labs through ControlPlane, from PENDING until their keys are removed, with their events relayed.</summary>
internal sealed class LabLives(BenchFleet fleet, SchedulerParts parts)
{
    private const int AtOnce = 16;
    private static readonly (InstanceState To, CheckpointStep? Step)[] Path =
    [
        (InstanceState.Instantiating, CheckpointStep.Begun), (InstanceState.Instantiating, CheckpointStep.Imported), (InstanceState.Instantiating, CheckpointStep.Started),
        (InstanceState.Running, null), (InstanceState.Stopping, null), (InstanceState.Stopped, null), (InstanceState.Archived, null), (InstanceState.Terminated, null),
    ];

    /// <returns>Revisions of one life, and the server's CPU time for it.</returns>
    public async Task<(double Writes, TimeSpan ServerCpu)> RunAsync(Process server)
    {
        var began = await parts.CaughtUpAsync();
        var cpu = CpuTime.Of(server);
        foreach (var lab in fleet.Instances)
            await parts.WriteAsync([new StatePut(StateKeys.InstanceState(lab.Id), lab.State)], []);
        await parts.CaughtUpAsync();
        var control = parts.Control;
        for (var plan = Plan(); !plan.Placements.IsEmpty; plan = Plan())
            await parts.Cache.ReachedAsync((await control.PlaceAsync(parts.Fence, plan.Placements, CancellationToken.None)).Instances.Max(instance => instance.ModRevision), CancellationToken.None);
        await Parallel.ForEachAsync(fleet.Instances, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (lab, token) => await LiveAsync(control, lab.Id, token));
        await parts.RelayedAsync();
        return ((parts.Cache.Current.Revision - began) / (double)fleet.Instances.Length, (CpuTime.Of(server) - cpu) / fleet.Instances.Length);
    }

    private PlacementPlan Plan() => PlacementPlanner.Plan(parts.Cache.Current, TimeProvider.System.GetUtcNow(), SchedulerParts.Times);

    private async Task LiveAsync(ControlPlane control, string id, CancellationToken token)
    {
        foreach (var (to, step) in Path)
        {
            while (!await StepAsync(control, parts.Cache.Current.Instances[id], to, step, token))
            {
                // Another lab gave its place on the same worker back at that moment.
            }
        }
        if (!await control.ForgetInstanceAsync(parts.Fence, parts.Cache.Current.Instances[id], token))
            throw new BenchException($"The keys of {id} were not removed.");
    }

    private Task<bool> StepAsync(ControlPlane control, InstanceEntry entry, InstanceState to, CheckpointStep? step, CancellationToken token)
    {
        LabletInstance Change(LabletInstance lab) => step is { } done ? lab with { Checkpoint = new Checkpoint(done, done == CheckpointStep.Begun ? null : entry.Value.OperationId) } : lab;
        return entry.Value.State == to ? control.NoteInstanceAsync(parts.Fence, entry, "Further.", Change, token)
            : control.AdvanceInstanceAsync(parts.Fence, entry, to, "Further, as a life goes.", Change, token);
    }
}

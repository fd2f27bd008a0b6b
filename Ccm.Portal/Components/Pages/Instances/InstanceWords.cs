using System.Globalization;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Portal.Components.Shared;
using MudBlazor;

namespace Ccm.Portal.Components.Pages.Instances;

/// <summary>How instances are spoken of.</summary>
internal static class InstanceWords
{
    public static Task<bool> ConfirmEndAsync(IDialogService dialogs, InstanceEntry entry) => TypedConfirmation.AskAsync(dialogs,
        $"End {entry.Value.DefinitionId}?", entry.WorkerId is null ? $"The booking of {entry.Value.OwnerId} is taken back. It holds nothing yet. This cannot be undone."
            : $"The lab of {entry.Value.OwnerId} is stopped, wiped and deleted on its worker, and all its ports are given back. This cannot be undone.",
        entry.Value.DefinitionId, "End the lab");

    public static bool MayManage(Actor actor, LabletInstance instance) =>
        actor.May(Permission.ManageAnyInstance) || (actor.May(Permission.ManageOwnInstances) && instance.OwnerId == actor.Id);

    public static bool MayStop(LabletInstance instance) => instance is { Target: InstanceTarget.Running, State: InstanceState.Instantiating or InstanceState.Running or InstanceState.Collecting or InstanceState.Grading };

    public static bool MayStart(LabletInstance instance) => instance is { Target: InstanceTarget.Stopped, State: InstanceState.Stopping or InstanceState.Stopped };

    public static bool MayCollect(LabletInstance instance) => instance is { Target: InstanceTarget.Running, State: InstanceState.Running };

    public static bool MayEnd(LabletInstance instance) => instance.State != InstanceState.Terminated && instance.Target != InstanceTarget.Terminated;

    /// <summary>Whether the controller is taking it somewhere, so that it is worth waiting for.</summary>
    public static bool IsMoving(LabletInstance instance) => instance.State is InstanceState.Scheduled or InstanceState.Instantiating or InstanceState.Stopping or InstanceState.Archived
        || (instance.State != InstanceState.Terminated && instance.Target == InstanceTarget.Terminated)
        || instance is { Target: InstanceTarget.Stopped, State: not (InstanceState.Stopped or InstanceState.Terminated) };

    /// <summary>A port of a node's screen; any other is a serial console.</summary>
    public static bool IsScreen(string port) => port.Contains("vnc", StringComparison.OrdinalIgnoreCase);

    /// <summary>Opens in the program that the viewer's system has for it.</summary>
    public static string Link(string port, string address, int number) => string.Create(CultureInfo.InvariantCulture, $"{(IsScreen(port) ? "vnc" : "telnet")}://{address}:{number}");

    public static string Score(Grade grade) => string.Create(CultureInfo.InvariantCulture,
        $"{grade.Score}{(grade.MaxScore is { } most ? $" of {most}" : "")}{(grade.Passed is { } passed ? passed ? ", passed" : ", not passed" : "")}");

    /// <summary>What an instance is doing now, or waits for.</summary>
    public static string Doing(LabletInstance instance, Waits waits) => waits.Of(instance)?.Sentence ?? instance switch
    {
        { State: InstanceState.Instantiating, Checkpoint.Step: CheckpointStep.Begun } => "Importing the lab",
        { State: InstanceState.Instantiating, Checkpoint.Step: CheckpointStep.Imported } => "Starting the lab",
        { State: InstanceState.Instantiating } => "Waiting for its nodes to boot",
        { State: InstanceState.Scheduled } when instance.FailedAttempts > 0 => $"Attempt {instance.FailedAttempts + 1} of 3 follows",
        { State: InstanceState.Scheduled } => "Its lab is brought to the worker next",
        { State: InstanceState.Terminated } => "It has ended",
        { State: InstanceState.Archived } => "Removing the lab from its worker",
        { State: InstanceState.Running } => "In use",
        { State: InstanceState.Collecting } => "Its evidence is gathered",
        { State: InstanceState.Grading, Grade: null } => "Its score is awaited",
        _ => instance.LastTransition.Reason,
    };
}

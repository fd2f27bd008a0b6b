using System.Collections.Immutable;
using System.Globalization;
using Ccm.Engine.Booking;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Portal.Components.Pages.Instances;

/// <summary>What a lab that is PENDING waits for.</summary>
internal enum WaitKind
{
    /// <summary>No worker there is or could be takes it: it waits for ever.</summary>
    Nothing,

    /// <summary>It should hold its place by now, and its slot is promised.</summary>
    Overdue,

    /// <summary>Wanted as soon as possible, for longer than a host takes to boot.</summary>
    Long,

    /// <summary>Wanted as soon as possible.</summary>
    Place,

    /// <summary>It is not due yet.</summary>
    Slot,
}

/// <param name="Shortage">Why no worker takes it; null for every other kind.</param>
internal readonly record struct Wait(WaitKind Kind, SlotShortage? Shortage = null)
{
    public static readonly ImmutableArray<string> All = [.. Enum.GetValues<WaitKind>().Select(kind => new Wait(kind).Words)];

    /// <summary>Under "Waits for", and in addresses.</summary>
    public string Words => Kind switch
    {
        WaitKind.Nothing => "no worker takes it",
        WaitKind.Overdue => "a place, overdue",
        WaitKind.Long => "a place, too long",
        WaitKind.Place => "a place",
        _ => "its slot",
    };

    public string Sentence => Kind == WaitKind.Nothing ? "No worker takes it" : $"Waiting for {Words}";

    public string Hint => Kind switch
    {
        WaitKind.Nothing => "No worker that exists, and none that a template may make, could take it. Its page says what is missing.",
        WaitKind.Overdue => "Its slot is near or has begun, and it should have a place by now. Its page says why it has none.",
        WaitKind.Long => "It is wanted as soon as possible, and has waited longer than a worker takes to start. Its page says why.",
        WaitKind.Place => "It is wanted as soon as possible, and gets the next place that fits.",
        _ => "It gets its place shortly before its slot: nothing is held before it is needed.",
    };

    /// <summary>Whether somebody should look at it.</summary>
    public bool IsTrouble => Kind < WaitKind.Place;
}

/// <summary>What labs wait for, as the fleet and the clock stand.</summary>
/// <param name="templates">Newest revisions; default: not known, and of no lab it is said that none could take it.</param>
internal sealed class Waits(FleetSnapshot fleet, ImmutableArray<WorkerTemplate> templates, DateTimeOffset now, PlanningTimes times)
{
    /// <summary>On top of what is planned.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(2);

    /// <summary>Real minutes that a lab may wait for a place without anybody's help: a host boots in about twenty.</summary>
    private const int LongestWait = 30;

    /// <summary>Of the fleet nothing else is kept: a table lives longer than the snapshot it was made from.</summary>
    private readonly FleetKinds? _kinds = templates.IsDefault ? null : new FleetKinds(fleet, templates);

    /// <summary>The same for all who look in the same minute and know the same templates: workers that come and go are seen by the next.</summary>
    public string AsOf => string.Create(CultureInfo.InvariantCulture, $"{now:u} {(templates.IsDefault ? "?" : string.Join(',', templates.Select(template => $"{template.Name}@{template.Revision}")))}");

    /// <summary>As of the full minute.</summary>
    public static Waits InMinute(FleetSnapshot fleet, ImmutableArray<WorkerTemplate> templates, DateTimeOffset now, PlanningTimes times) =>
        new(fleet, templates, MinuteOf(now), times);

    /// <summary>The full minute.</summary>
    public static DateTimeOffset MinuteOf(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMinute));

    /// <summary>Null for one that wants no place, or has one.</summary>
    public Wait? Of(LabletInstance instance) => instance switch
    {
        not { State: InstanceState.Pending, Target: InstanceTarget.Running } => null,
        _ when _kinds?.Check(instance.Request) is { } shortage => new Wait(WaitKind.Nothing, shortage),
        { AsSoonAsPossible: false } => new Wait(times.IsDue(instance, now) ? WaitKind.Overdue : WaitKind.Slot),
        _ => new Wait(now - instance.LastTransition.At > Grace + times.WorkerStart(LongestWait) ? WaitKind.Long : WaitKind.Place),
    };
}

using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.Scheduling;

namespace Ccm.Portal.Api;

/// <summary>Why an instance is where it is, or why it waits.</summary>
/// <param name="Due">When it becomes due; null once placed.</param>
/// <param name="WouldFit">What would make it fit; empty when it is placed or fits, while a worker that takes it is coming in time, and while it is not due unless nothing could ever take it.</param>
/// <param name="Awaited">The worker on its way that takes it; null when none does, or it waits for none.</param>
internal sealed record ExplanationView(
    string InstanceId, string Summary, DateTimeOffset? Due, string? WorkerId, ImmutableArray<VerdictView> Workers, ImmutableArray<string> WouldFit, AwaitedWorker? Awaited)
{
    /// <summary>To whom workers are not shown, they are not shown one by one here either.</summary>
    public static ExplanationView For(Actor actor, PlacementExplanation explanation) =>
        Of(actor.May(Permission.ReadAll) ? explanation : explanation with { Workers = [], Awaited = null });

    private static ExplanationView Of(PlacementExplanation explanation) => new(
        explanation.InstanceId, explanation.Summary, explanation.Due, explanation.WorkerId,
        [
            .. explanation.Workers.Select(verdict => new VerdictView(verdict.WorkerId, verdict.Fits, verdict.Available, verdict.Demand,
                [.. verdict.Reasons.Select(reason => new ReasonView(reason.Code.ToString(), reason.Text))])),
        ], [.. explanation.WouldFit.Select(way => way.Text)], explanation.Awaited);
}

internal sealed record VerdictView(string WorkerId, bool Fits, Capacity Available, Capacity Demand, ImmutableArray<ReasonView> Reasons);

/// <param name="Code">As in the rules, such as <c>InsufficientMemory</c>.</param>
internal sealed record ReasonView(string Code, string Text);

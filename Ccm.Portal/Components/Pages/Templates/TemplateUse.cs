using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Portal.Components.Pages.Templates;

/// <summary>The workers of a template that are not TERMINATED.</summary>
internal sealed record TemplateUse(ImmutableArray<WorkerEntry> Workers)
{
    public ImmutableArray<(WorkerState State, int Count)> ByState { get; } =
        [.. Workers.GroupBy(worker => worker.Value.State).OrderBy(group => group.Key).Select(group => (group.Key, group.Count()))];

    public static TemplateUse None { get; } = new([]);

    /// <summary>By template.</summary>
    public static ImmutableDictionary<string, TemplateUse> Of(FleetSnapshot fleet) =>
        fleet.Workers.Values.Where(worker => worker.Value.State != WorkerState.Terminated).GroupBy(worker => worker.Value.Template, StringComparer.Ordinal)
            .ToImmutableDictionary(group => group.Key, group => new TemplateUse([.. group.OrderBy(worker => worker.Value.CreatedAt).ThenBy(worker => worker.Id, StringComparer.Ordinal)]), StringComparer.Ordinal);
}

using System.Collections.Immutable;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Portal.Components.Grid;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Ccm.Portal.Components.Pages.Instances;

/// <summary>All instances that one may see, live.</summary>
public sealed partial class InstancesPage
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);
    private Grid<InstanceEntry>? _grid;
    private GridTable<InstanceEntry> _table = InstanceTable.Own;
    private (Actor? Actor, DateTimeOffset Minute, ImmutableArray<WorkerTemplate> Templates) _asOf;
    private ImmutableArray<WorkerTemplate> _templates;
    private int _templatesRead;
    private ImmutableArray<BulkAction<InstanceEntry>> _bulk = [];

    [Inject]
    private PlanningTimes Times { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private IDialogService Dialogs { get; set; } = null!;

    /// <summary>What the rows' actions depend on.</summary>
    private string Roles => string.Join(' ', Actor?.Roles ?? []);

    /// <summary>What PENDING labs wait for changes with the minute.</summary>
    protected override TimeSpan? LookEvery => Beat;

    protected override async Task OnParametersSetAsync()
    {
        _bulk = Actor is null ? [] : InstanceBulk.For(Actor, Control);
        Look();
        await ReadTemplatesAsync();
    }

    /// <summary>The grid paints itself; nothing else here depends on the fleet.</summary>
    protected override bool Apply(FleetChange change)
    {
        _grid?.Apply(change);
        if (change.Templates)
            Begin(ReadTemplatesAsync);
        return false;
    }

    protected override bool LookAgain() => Look();

    /// <summary>Whether the table may say something else now.</summary>
    private bool Look()
    {
        var asOf = (Actor, Waits.MinuteOf(Time.GetUtcNow()), _templates);
        if (asOf == _asOf)
            return false;
        _asOf = asOf;
        _table = InstanceTable.For(Actor, Waits.InMinute(Fleet, _templates, asOf.Item2, Times));
        return true;
    }

    private async Task ReadTemplatesAsync()
    {
        var read = ++_templatesRead;
        try
        {
            var templates = await Control.ReadTemplatesAsync(Left);
            // An answer that a later question has overtaken is old.
            if (read != _templatesRead)
                return;
            _templates = templates;
            if (Look())
                StateHasChanged();
        }
        catch (RefusedException)
        {
            // The documents are away, which a banner says; what was read before holds until they are back.
        }
    }

    private bool MayManage(InstanceEntry entry) => Actor is { } actor && InstanceWords.MayManage(actor, entry.Value);

    private Task ReserveAsync() => ReserveDialog.AskAsync(Dialogs, Navigation);

    private Task StopAsync(InstanceEntry entry) =>
        TryAsync(() => Control.StopInstanceAsync(Actor!, Operation.New(), entry.Id, Left), $"{entry.Id} is asked to stop.");

    private async Task CancelAsync(InstanceEntry entry)
    {
        if (await InstanceWords.ConfirmEndAsync(Dialogs, entry))
            await TryAsync(() => Control.CancelInstanceAsync(Actor!, Operation.New(), entry.Id, Left), $"{entry.Id} is asked to end.");
    }
}

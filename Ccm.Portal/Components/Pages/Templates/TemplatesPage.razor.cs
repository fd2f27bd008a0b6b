using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Portal.Components.Pages.Templates;

/// <summary>All kinds of worker, with what there is of each and which labs it would take.</summary>
public sealed partial class TemplatesPage
{
    private List<TemplateTable.Row> _rows = [];
    private TemplateRows? _read;

    protected override Task OnInitializedAsync() => ReadAsync();

    protected override bool Apply(FleetChange change)
    {
        if (change.IsResync || change.Templates || change.Definitions)
            Begin(ReadAsync);
        if (!change.IsResync && change.Workers.IsEmpty)
            return false;
        _rows = _read?.Of(Fleet) ?? [];
        return true;
    }

    protected override async Task ReadDocumentsAsync()
    {
        if (!May(Permission.ReadAll))
            return;
        _read = await TemplateRows.ReadAsync(Control, Fleet, Left);
        _rows = _read.Of(Fleet);
    }
}

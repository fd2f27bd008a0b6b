using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Labs;
using Ccm.Engine.Watching;
using Ccm.Portal.Components.Pages.Instances;
using Ccm.Portal.Components.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Ccm.Portal.Components.Pages.Definitions;

/// <summary>One definition in one of its versions: the newest, unless the address says another.</summary>
public sealed partial class DefinitionPage
{
    private DefinitionPointer? _pointer;
    private LabletDefinition? _definition;
    private LabTopology? _topology;
    private Editing.Published? _against;
    private string _yaml = "";

    /// <summary>Why each version was published.</summary>
    private Dictionary<(string Name, string Version), string> _notes = [];

    /// <summary>What the page was compared with as it was opened, reloaded or resumed, until another is asked for.</summary>
    private string? _cameWith;
    private string _problem = "";
    private bool _loading = true;
    private bool _unreadable;

    [Parameter]
    public string Name { get; set; } = "";

    [SupplyParameterFromQuery(Name = "version")]
    private string? Version { get; set; }

    /// <summary>An older or newer version that it is compared with.</summary>
    [SupplyParameterFromQuery(Name = "against")]
    private string? Against { get; set; }

    [Inject]
    private IDialogService Dialogs { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    protected override void OnInitialized()
    {
        base.OnInitialized();
        _cameWith = Against;
    }

    protected override Task OnParametersSetAsync()
    {
        if (Against != _cameWith)
            _cameWith = null;
        return ReadAsync();
    }

    protected override bool Apply(FleetChange change)
    {
        if (!change.Definitions || ReferenceEquals(change.After.Definitions.GetValueOrDefault(Name)?.Value, _pointer))
            return false;
        Begin(async () =>
        {
            await ReadAsync();
            StateHasChanged();
        });
        return false;
    }

    private async Task ReadAsync()
    {
        var (name, asked, other) = (Name, Version, Against);
        var pointer = Fleet.Definitions.GetValueOrDefault(name)?.Value;
        LabletDefinition? definition = null;
        Editing.Published? against = null;
        var (yaml, problem, unreadable) = ("", "It may be mistyped or deleted.", false);
        try
        {
            if (pointer is { Status: not DefinitionStatus.Deleted, Latest: { } latest })
            {
                var read = await Control.ReadDefinitionAsync(name, asked ?? latest, Left);
                yaml = await Control.ReadLabAsync(name, asked ?? latest, Left);
                if (pointer.Versions.Any(version => version.Version == other))
                    against = new(await Control.ReadDefinitionAsync(name, other!, Left), await Control.ReadLabAsync(name, other!, Left));
                definition = read;
            }
        }
        catch (RefusedException refused)
        {
            (problem, unreadable) = (refused.Message, refused.Kind == RefusalKind.Unavailable);
        }
        catch (OperationCanceledException) when (Left.IsCancellationRequested)
        {
            return;
        }
        // Somebody may have gone to another version while this one was being read.
        if (name != Name || asked != Version || other != Against)
            return;
        (_pointer, _definition, _against, _yaml, _problem, _unreadable, _loading) = (pointer, definition, against, yaml, problem, unreadable, false);
        _topology = definition is null ? null : Topology(yaml);
        if (definition is not null)
            Begin(() => ReadNotesAsync(name, pointer!));
    }

    /// <summary>After what is shown of the version itself, which may be at hand while the documents are away.</summary>
    private async Task ReadNotesAsync(string name, DefinitionPointer pointer)
    {
        try
        {
            var versions = await Control.ReadDefinitionsAsync([.. pointer.Versions.Select(version => (name, version.Version))], Left);
            if (name != Name)
                return;
            _notes = versions.ToDictionary(version => (name, version.Version), version => version.ChangeNote);
            StateHasChanged();
        }
        catch (RefusedException)
        {
            // The versions stand without them, or with those that were read before.
        }
    }

    private string Address(string against) => $"/definitions/{Name}?version={Uri.EscapeDataString(_definition!.Version)}&against={Uri.EscapeDataString(against)}";

    /// <summary>Null when the lab can be read no longer: rules grow stricter, and what is published stays.</summary>
    private static LabTopology? Topology(string yaml)
    {
        try
        {
            return LabFile.Parse(yaml);
        }
        catch (LabRefusedException)
        {
            return null;
        }
    }

    /// <summary>Always the newest version; that one without nodes cannot be reserved is known while it is shown.</summary>
    private bool MayReserve(LabletDefinition shown, DefinitionPointer pointer) =>
        May(Permission.ManageOwnInstances) && pointer.Status == DefinitionStatus.Active && (shown.NodeCount > 0 || shown.Version != pointer.Latest);

    private Task ReserveAsync() => ReserveDialog.AskAsync(Dialogs, Navigation, Name);

    private async Task DeprecateAsync()
    {
        if (await TypedConfirmation.AskAsync(Dialogs, $"Deprecate {Name}?", "It takes no new reservations and no new versions. What is reserved and runs goes on. This cannot be undone.", Name, "Deprecate it"))
            await TryAsync(() => Control.DeprecateAsync(Actor!, Operation.New(), Name, Left), "It takes no new reservations. What runs goes on.");
    }

    private async Task DeleteAsync()
    {
        if (await TypedConfirmation.AskAsync(Dialogs, $"Delete {Name}?", "It is no longer shown and cannot be reserved. It is refused while instances of it live.", Name, "Delete it")
            && await TryAsync(() => Control.DeleteDefinitionAsync(Actor!, Operation.New(), Name, Left), $"{Name} is deleted."))
            Navigation.NavigateTo("/definitions");
    }
}

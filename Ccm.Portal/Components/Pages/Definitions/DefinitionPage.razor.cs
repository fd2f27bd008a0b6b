using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Labs;
using Ccm.Engine.Watching;
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
    private string _yaml = "";
    private string _problem = "";
    private bool _loading = true;

    [Parameter]
    public string Name { get; set; } = "";

    [SupplyParameterFromQuery(Name = "version")]
    private string? Version { get; set; }

    [Inject]
    private IDialogService Dialogs { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    protected override Task OnParametersSetAsync() => ReadAsync();

    protected override bool Apply(FleetChange change)
    {
        if (!change.Definitions || ReferenceEquals(change.After.Definitions.GetValueOrDefault(Name)?.Value, _pointer))
            return false;
        _ = InvokeAsync(async () =>
        {
            await ReadAsync();
            StateHasChanged();
        });
        return false;
    }

    private async Task ReadAsync()
    {
        try
        {
            _pointer = Fleet.Definitions.GetValueOrDefault(Name)?.Value;
            _definition = null;
            if (_pointer is not { Status: not DefinitionStatus.Deleted, Latest: { } latest })
            {
                _problem = "It may be mistyped or deleted.";
                return;
            }
            var version = Version ?? latest;
            var definition = await Control.ReadDefinitionAsync(Name, version, Left);
            _yaml = await Control.ReadLabAsync(Name, version, Left);
            _topology = LabFile.Parse(_yaml);
            _definition = definition;
        }
        catch (RefusedException refused)
        {
            _problem = refused.Message;
        }
        catch (OperationCanceledException) when (Left.IsCancellationRequested)
        {
            // The page was left.
        }
        finally
        {
            _loading = false;
        }
    }

    private Task DeprecateAsync() => TryAsync(() => Control.DeprecateAsync(Actor!, Operation.New(), Name, Left), "It takes no new reservations. What runs goes on.");

    private async Task DeleteAsync()
    {
        if (await TypedConfirmation.AskAsync(Dialogs, $"Delete {Name}?", "It is no longer shown and cannot be reserved. It is refused while instances of it live.", Name, "Delete it")
            && await TryAsync(() => Control.DeleteDefinitionAsync(Actor!, Operation.New(), Name, Left), $"{Name} is deleted."))
            Navigation.NavigateTo("/definitions");
    }
}

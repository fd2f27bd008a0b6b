using Ccm.Engine.Booking;
using Ccm.Engine.Control;
using Ccm.Engine.Watching;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Shared;

/// <summary>Asks where a lab must run, and warns of a region in which nothing is: it may come, or be mistyped.</summary>
public sealed partial class RegionField
{
    private IReadOnlyList<string>? _known;

    /// <summary>Of the input; unique on its page.</summary>
    [Parameter, EditorRequired]
    public string Id { get; set; } = "";

    /// <summary>Empty: anywhere.</summary>
    [Parameter, EditorRequired]
    public string Value { get; set; } = "";

    [Parameter]
    public EventCallback<string> ValueChanged { get; set; }

    [Inject]
    private ControlPlane Control { get; set; } = null!;

    [Inject]
    private WatchCache Cache { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        try
        {
            _known = BookingForecast.Regions(Cache.Current, await Control.ReadTemplatesAsync(CancellationToken.None));
        }
        catch (RefusedException)
        {
            // A help to those who type; the documents are away and nothing is known to be wrong.
        }
    }
}

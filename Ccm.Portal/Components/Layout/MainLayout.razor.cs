using Ccm.Engine.Domain;
using Ccm.Portal.Identity;
using Ccm.Portal.Live;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.JSInterop;

namespace Ccm.Portal.Components.Layout;

/// <summary>The frame around each page: where one can go, who one is, how fresh what one sees is.</summary>
public sealed partial class MainLayout
{
    private Actor? _actor;
    private bool _dark;
    private string _embedded = "";
    private ErrorBoundary? _boundary;
    private readonly LivePause _pause = new();
    private string _path = "";

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = null!;

    [CascadingParameter]
    private Viewer Viewer { get; set; } = Viewer.Default;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private OpenCircuits Circuits { get; set; } = null!;

    [Inject]
    private IConfiguration Configuration { get; set; } = null!;

    [Inject]
    private IJSRuntime Script { get; set; } = null!;

    protected override void OnInitialized()
    {
        _dark = Viewer.Dark;
        _path = PathOf(Navigation.Uri);
        Navigation.LocationChanged += OnMoved;
        _embedded = string.Join(", ", EmbeddedParts.Of(Configuration).Select(part => part.Part));
    }

    /// <summary>Anew whenever somebody is told to be another: roles may change while the page is open.</summary>
    protected override async Task OnParametersSetAsync()
    {
        var user = (await Authentication).User;
        _actor = user.Identity?.IsAuthenticated == true ? Actors.ActorOf(user) : null;
    }

    protected override void OnParametersSet() => _boundary?.Recover();

    public void Dispose() => Navigation.LocationChanged -= OnMoved;

    /// <summary>Another page is shown as it is now: a pause forgotten there would pass old for new.</summary>
    private void OnMoved(object? sender, LocationChangedEventArgs moved)
    {
        var path = PathOf(moved.Location);
        if (path != _path)
            _pause.Resume();
        _path = path;
    }

    private static string PathOf(string address) => new Uri(address).AbsolutePath;

    private static string Roles(Actor actor) => actor.Roles.IsEmpty ? "no role" : string.Join(", ", actor.Roles.Select(role => role.ToString().ToLowerInvariant()));

    private async Task ToggleThemeAsync()
    {
        _dark = !_dark;
        try
        {
            await Script.InvokeVoidAsync("ccm.rememberTheme", _dark);
        }
        catch (JSException)
        {
            // The browser keeps no cookie: the theme holds for this visit.
        }
    }
}

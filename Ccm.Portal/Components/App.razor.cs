using Ccm.Portal.Components.Grid;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;

namespace Ccm.Portal.Components;

/// <summary>The page around everything. Theme and time zone come from cookies, so that the first paint is right.</summary>
public sealed partial class App
{
    private IComponentRenderMode? _mode;
    private Viewer _viewer = Viewer.Default;
    private string _columns = "";

    [CascadingParameter]
    private HttpContext Http { get; set; } = null!;

    protected override void OnInitialized()
    {
        _mode = Http.AcceptsInteractiveRouting() ? RenderMode.InteractiveServer : null;
        _viewer = Viewer.Of(Http.Request.Cookies);
        _columns = Http.Request.Cookies[ChosenColumns.Cookie] ?? "";
    }
}

using Bunit;
using Ccm.Engine.Watching;
using Ccm.Portal.Components.Grid;
using Ccm.Portal.Components.Pages.Instances;

namespace Ccm.Tests.Components.Instances;

/// <summary>What the page of all instances shows, row by row.</summary>
internal static class InstanceRows
{
    public static List<string?> Ids(IRenderedComponent<InstancesPage> page) => [.. page.FindAll("[data-test=row]").Select(row => row.GetAttribute("data-id"))];

    public static Dictionary<string, int> Paints(IRenderedComponent<InstancesPage> page) =>
        page.FindComponents<GridRow<InstanceEntry>>().ToDictionary(row => row.Instance.Row.Id, row => row.RenderCount);
}

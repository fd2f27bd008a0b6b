using System.Collections.Immutable;
using Ccm.Engine.Control;
using Ccm.Engine.Watching;
using Ccm.Portal.Api;
using Ccm.Portal.Components.Pages.Definitions.Editing;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Pages.Audit;

/// <summary>What a published version changed against the one before: the event itself tells only of the new one.</summary>
public sealed partial class VersionChange : IDisposable
{
    private readonly CancellationTokenSource _left = new();
    private string? _before;
    private bool _read;
    private string? _problem;
    private string _labBefore = "";
    private string _labAfter = "";
    private ImmutableArray<FieldDiff> _fields = [];

    [Inject]
    private ControlPlane Control { get; set; } = null!;

    [Inject]
    private WatchCache Cache { get; set; } = null!;

    [Parameter, EditorRequired]
    public string Name { get; set; } = "";

    [Parameter, EditorRequired]
    public string Version { get; set; } = "";

    protected override async Task OnInitializedAsync()
    {
        var versions = Cache.Current.Definitions.GetValueOrDefault(Name)?.Value.Versions ?? [];
        var before = versions.TakeWhile(version => version.Version != Version).LastOrDefault()?.Version;
        try
        {
            if (before is not null)
                await CompareAsync(before);
            _read = true;
        }
        catch (RefusedException refused)
        {
            _problem = $"The versions cannot be compared now. {refused.Problems[0].Reason}";
        }
        catch (OperationCanceledException) when (_left.IsCancellationRequested)
        {
            // The row was closed.
        }
    }

    public void Dispose()
    {
        _left.Cancel();
        _left.Dispose();
    }

    private async Task CompareAsync(string before)
    {
        var was = await Control.ReadDefinitionAsync(Name, before, _left.Token);
        var now = await Control.ReadDefinitionAsync(Name, Version, _left.Token);
        _labBefore = await Control.ReadLabAsync(Name, before, _left.Token);
        _labAfter = await Control.ReadLabAsync(Name, Version, _left.Token);
        (_fields, _before) = (FieldDiff.Between(was, now, Published.NotShown), before);
    }
}

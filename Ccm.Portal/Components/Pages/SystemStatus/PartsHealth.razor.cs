using Ccm.Portal.Health;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Pages.SystemStatus;

/// <summary>How those parts are that bring no change to paint by when they fail, as they were heard of last.</summary>
public sealed partial class PartsHealth
{
    private List<(string Name, StoreStatus Part)> _parts = [];

    [Inject]
    private PartsWatch Health { get; set; } = null!;

    protected override TimeSpan? LookEvery => TimeSpan.FromSeconds(1);

    protected override void OnInitialized() => LookAgain();

    protected override bool LookAgain()
    {
        var before = _parts;
        _parts = [.. new (string, StoreStatus?)[] { ("Documents", Health.Documents), ("Sessions", Health.Sessions), ("Identity", Health.Identity) }
            .Where(part => part.Item2 is not null).Select(part => (part.Item1, part.Item2!))];
        return !_parts.SequenceEqual(before);
    }
}

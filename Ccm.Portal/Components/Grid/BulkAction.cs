using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Grid;

/// <summary>Something that is asked of many rows at once; each of them is asked by itself, and may refuse.</summary>
/// <param name="Verb">On the button: <c>Stop</c>.</param>
/// <param name="Consequence">What will happen, in a sentence.</param>
/// <param name="Against">Why a row is left out, beginning small: <c>it is stopped already</c>; null: nothing is against it.</param>
/// <param name="ActAsync">Throws what the row refuses with.</param>
public sealed record BulkAction<TRow>(string Verb, string Consequence, Func<TRow, string?> Against, Func<TRow, CancellationToken, Task> ActAsync)
{
    /// <summary>What is asked, <c>{0}</c> being how many: <c>Extend {0} by 30 min</c>.</summary>
    public string Asked { get; init; } = Verb + " {0}";

    /// <summary>What it will mean for each of the rows, shown before it is asked in place of their list; null: the list says enough.</summary>
    public RenderFragment<IReadOnlyList<TRow>>? Plan { get; init; }

    /// <summary>It cannot be undone: the number of rows is to be typed.</summary>
    public bool Grave { get; init; }
}

using System.Collections.Immutable;

namespace Ccm.Portal.Components.Shared.Forms;

public enum FieldKind { Text, Number, Area, Flag, Choice }

/// <param name="Name">As the server names it in its refusals.</param>
/// <param name="Help">What it does, in a sentence; empty when the label says it.</param>
/// <param name="Unit">Behind the field; empty: none.</param>
public sealed record FormField(string Name, string Label, FieldKind Kind, string Help = "", string Unit = "", string Placeholder = "")
{
    public ImmutableArray<string> Choices { get; init; } = [];
}

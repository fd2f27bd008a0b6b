namespace Ccm.Portal.Components.Layout;

/// <summary>In the order in which equally good hits stand.</summary>
public enum PaletteKind { Action, Page, Definition, Template, Worker, Instance }

/// <summary>What the palette offers.</summary>
/// <param name="Detail">Beside the title: what it is, or how it is.</param>
/// <param name="Target">The address it leads to; of an action the shortcut of the button that it presses.</param>
public sealed record PaletteHit(PaletteKind Kind, string Title, string Detail, string Icon, string Target);

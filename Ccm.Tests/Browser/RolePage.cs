namespace Ccm.Tests.Browser;

/// <summary>A page as each role finds it. Roles are told by their first letters: viewer, user, operator, admin.</summary>
/// <param name="Path"><c>{instance}</c> and <c>{worker}</c> stand for those of <see cref="ExhibitedFleet"/>.</param>
/// <param name="Title">The page's h1, or how it begins.</param>
/// <param name="Seers">To whom it is shown.</param>
/// <param name="Refusal">What all others are told there instead.</param>
internal sealed record RolePage(string Path, string Title, string Seers, string Refusal = "")
{
    /// <summary>There once all of the page has been read.</summary>
    public string Whole { get; init; } = "h1";

    /// <summary>What can be done there: the selector, and to whom it is offered. Nobody else finds it there at all.</summary>
    public (string Selector, string Doers)[] Acts { get; init; } = [];

    /// <summary>What is shown to all, and enabled for some; its title tells the others what it takes.</summary>
    public (string Selector, string Doers, string Title)[] Locked { get; init; } = [];

    /// <summary>A plain request outside the circuit.</summary>
    public bool IsStatic => Path.StartsWith("/account", StringComparison.Ordinal);

    /// <summary>Null for a page that the navigation has no link of its own to.</summary>
    public string? Link => Path.IndexOfAny(['/', '?'], 1) < 0 ? Path : null;
}

using System.Collections.Immutable;
using Ccm.Engine.Booking;

namespace Ccm.Engine.Control;

/// <summary>Why a request was not carried out.</summary>
public enum RefusalKind
{
    /// <summary>The request is wrong in itself (400).</summary>
    Invalid,

    /// <summary>The actor's roles do not allow it (403).</summary>
    Forbidden,

    /// <summary>No such object (404).</summary>
    NotFound,

    /// <summary>The object's present state does not allow it (409).</summary>
    Conflict,

    /// <summary>A store does not answer; nothing was changed, or it is not known (503).</summary>
    Unavailable,

    /// <summary>A later version brings it (501).</summary>
    NotImplemented,
}

/// <param name="Field">The request's field, camelCase; null when it is about the whole.</param>
/// <param name="Reason">What is wrong.</param>
/// <param name="Fix">What would be right.</param>
public sealed record Problem(string? Field, string Reason, string Fix);

/// <summary>A request was refused and nothing was changed, unless <see cref="Kind"/> is unavailable and the text says otherwise.</summary>
public sealed class RefusedException(RefusalKind kind, params ImmutableArray<Problem> problems)
    : Exception(string.Join(" ", problems.Select(problem => $"{problem.Reason} {problem.Fix}")))
{
    public RefusalKind Kind { get; } = kind;

    public ImmutableArray<Problem> Problems { get; } = problems;

    /// <summary>The numbers behind a refusal by the forecast; null for any other.</summary>
    public SlotShortage? Shortage { get; init; }

    public static RefusedException Invalid(string field, string reason, string fix) => new(RefusalKind.Invalid, new Problem(field, reason, fix));

    public static RefusedException NotFound(string what, string id) =>
        new(RefusalKind.NotFound, new Problem("id", $"There is no {what} '{id}'.", $"List the {what}s to find the one you mean."));

    public static RefusedException Conflict(string reason, string fix, string? field = null) => new(RefusalKind.Conflict, new Problem(field, reason, fix));

    public static RefusedException Unavailable(string reason) =>
        new(RefusalKind.Unavailable, new Problem(null, reason, "Try again in a few seconds with the same Idempotency-Key."));
}

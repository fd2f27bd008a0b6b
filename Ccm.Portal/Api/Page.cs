using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text;
using Ccm.Engine.Control;

namespace Ccm.Portal.Api;

/// <param name="NextCursor">Opaque; null on the last page.</param>
internal sealed record Page<T>(ImmutableArray<T> Items, string? NextCursor);

/// <summary>
/// Pages by place, not by number: a cursor names the last item's place in the order, so that what comes and goes meanwhile neither
/// repeats nor hides others.
/// </summary>
internal static class Paging
{
    /// <param name="place">Unique among the items and constant for each; pages go in its ordinal order.</param>
    /// <param name="inOrder">They come in that order already: no more of them are looked at than the page needs.</param>
    public static (ImmutableArray<T> Items, string? NextCursor) Slice<T>(IEnumerable<T> all, Func<T, string> place, Query query, bool inOrder = false)
    {
        var after = After(query);
        var limit = query.Limit;
        var left = after is null ? all : all.Where(item => string.CompareOrdinal(place(item), after) > 0);
        var items = (inOrder ? left : left.OrderBy(place, StringComparer.Ordinal)).Take(limit + 1).ToArray();
        return ([.. items.Take(limit)], items.Length > limit ? CursorOf(place(items[limit - 1])) : null);
    }

    public static Page<TView> Of<T, TView>(IEnumerable<T> all, Func<T, string> place, Query query, Func<T, TView> view, bool inOrder = false)
    {
        var (items, next) = Slice(all, place, query, inOrder);
        return new Page<TView>([.. items.Select(view)], next);
    }

    /// <summary>The place in the query's cursor; null on the first page.</summary>
    public static string? After(Query query)
    {
        if (query.Text("cursor") is not { } cursor)
            return null;
        try
        {
            return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
        }
        catch (FormatException)
        {
            throw BadCursor();
        }
    }

    public static string CursorOf(string place) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(place));

    public static RefusedException BadCursor() =>
        RefusedException.Invalid("cursor", "The cursor is none that a page gave.", "Send the nextCursor of the page before, or none for the first page.");

    /// <summary>Newest first, and the id where two are of the same moment.</summary>
    public static string NewestFirst(DateTimeOffset createdAt, string id) => $"{long.MaxValue - createdAt.UtcTicks:D19}:{id}";
}

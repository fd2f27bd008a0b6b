namespace Ccm.Portal.Api;

/// <summary>For files that are written as they are read.</summary>
internal static class BegunReading
{
    /// <summary>
    /// Reads the first row before anything is written: what cannot be read at all is told, not saved as a file. A failure in the midst of
    /// it breaks the connection, so that nobody takes the part for the whole.
    /// </summary>
    public static async Task WriteBegunAsync<T>(this IAsyncEnumerable<T> rows, Func<IAsyncEnumerable<T>, Task> write, CancellationToken cancellationToken)
    {
        await using var reading = rows.GetAsyncEnumerator(cancellationToken);
        var any = await reading.MoveNextAsync();
        await write(AllAsync());

        async IAsyncEnumerable<T> AllAsync()
        {
            for (; any; any = await reading.MoveNextAsync())
                yield return reading.Current;
        }
    }
}

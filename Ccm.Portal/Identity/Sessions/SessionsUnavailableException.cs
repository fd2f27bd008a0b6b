using StackExchange.Redis;

namespace Ccm.Portal.Identity.Sessions;

/// <summary>Whether a session stands cannot be learnt now. That is not the same as a session that is gone.</summary>
internal sealed class SessionsUnavailableException(Exception inner) : Exception("Redis does not answer: nobody can sign in, and pages cannot be opened.", inner)
{
    /// <summary>Turns whatever Redis's client throws into this. Its own texts are for programmers.</summary>
    public static async Task<T> Guard<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            throw new SessionsUnavailableException(exception);
        }
    }

    /// <inheritdoc cref="Guard{T}"/>
    public static Task Guard(Func<Task> ask) => Guard(async () =>
    {
        await ask();
        return true;
    });
}

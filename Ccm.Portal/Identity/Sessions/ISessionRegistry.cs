namespace Ccm.Portal.Identity.Sessions;

/// <summary>Which sessions there are, over all replicas, and the word that one of them is no longer what it was.</summary>
/// <remarks>While the store is away every method throws <see cref="SessionsUnavailableException"/>, <see cref="ListenAsync"/> only before it is clear that it is.</remarks>
internal interface ISessionRegistry
{
    /// <summary>Remembers, until the session would end, that it is one of the owner's.</summary>
    /// <param name="key">The ticket's.</param>
    Task AddAsync(SessionOwner owner, string key, DateTimeOffset ends);

    /// <summary>Keys of the owner's sessions. Some may have ended already.</summary>
    Task<IReadOnlyList<string>> FindAsync(SessionOwner owner);

    /// <summary>True for the first that asks within that time, on whatever replica.</summary>
    Task<bool> ClaimAsync(string what, TimeSpan lasting);

    /// <summary>Takes a claim back, so that what it was made for can be tried again.</summary>
    Task ReleaseAsync(string what);

    /// <summary>Tells all replicas, this one too, to look at a session. Nobody may count on being heard.</summary>
    Task TellAsync(string key);

    /// <summary>Calls <paramref name="heard"/> for each session that is told of from now on.</summary>
    Task ListenAsync(Action<string> heard);
}

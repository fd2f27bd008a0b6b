namespace Ccm.Portal.Identity.Sessions;

/// <summary>The sessions of the one process there is.</summary>
internal sealed class MemorySessionRegistry(TimeProvider time) : ISessionRegistry
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Dictionary<string, DateTimeOffset>> _sessions = [];
    private readonly Dictionary<string, DateTimeOffset> _claims = [];
    private Action<string>? _heard;

    public Task AddAsync(SessionOwner owner, string key, DateTimeOffset ends)
    {
        lock (_lock)
        {
            Forget();
            if (!_sessions.TryGetValue(owner.Name, out var keys))
                _sessions[owner.Name] = keys = [];
            keys[key] = ends;
        }
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<string>> FindAsync(SessionOwner owner)
    {
        lock (_lock)
            return Task.FromResult<IReadOnlyList<string>>(_sessions.TryGetValue(owner.Name, out var keys) ? [.. keys.Keys] : []);
    }

    public Task<bool> ClaimAsync(string what, TimeSpan lasting)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            Forget();
            return Task.FromResult(_claims.TryAdd(what, now + lasting));
        }
    }

    public Task ReleaseAsync(string what)
    {
        lock (_lock)
            _claims.Remove(what);
        return Task.CompletedTask;
    }

    public Task TellAsync(string key)
    {
        _heard?.Invoke(key);
        return Task.CompletedTask;
    }

    public Task ListenAsync(Action<string> heard)
    {
        _heard += heard;
        return Task.CompletedTask;
    }

    /// <summary>What is over, so that nothing piles up.</summary>
    private void Forget()
    {
        var now = time.GetUtcNow();
        foreach (var (what, _) in _claims.Where(claim => claim.Value <= now).ToList())
            _claims.Remove(what);
        foreach (var (owner, keys) in _sessions.ToList())
        {
            foreach (var (key, _) in keys.Where(session => session.Value <= now).ToList())
                keys.Remove(key);
            if (keys.Count == 0)
                _sessions.Remove(owner);
        }
    }
}

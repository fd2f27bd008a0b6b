using System.Collections.Concurrent;
using System.Security.Claims;
using System.Threading.Channels;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace Ccm.Portal.Identity.Sessions;

/// <summary>
/// Asks on behalf of all open circuits and hub connections of this process whether their sessions still stand: at once when it is
/// told to look, and every half minute. Many pages of one session cost one question.
/// </summary>
internal sealed partial class SessionWatch(ITicketStore tickets, ISessionRegistry registry, TimeProvider time, ILogger<SessionWatch> logger, ProviderCheck? check = null) : BackgroundService
{
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(30);

    public static readonly TimeSpan ListenAgain = TimeSpan.FromSeconds(1);

    private const int AtOnce = 16;

    private readonly ConcurrentDictionary<string, Session> _sessions = new();
    private readonly Channel<string> _told = Channel.CreateUnbounded<string>();

    /// <summary>
    /// Calls <paramref name="changed"/> once the session of <paramref name="user"/> is another's or has other roles, with who it is now,
    /// and with null once it is over. That may be at once, and on any thread.
    /// </summary>
    public IDisposable Follow(ClaimsPrincipal user, Action<ClaimsPrincipal?> changed)
    {
        var key = user.FindFirst(IdentityClaims.Ticket)?.Value ?? "";
        while (true)
        {
            // Let in by a ticket that had this long to live at most.
            var session = _sessions.GetOrAdd(key, _ => new Session(time.GetUtcNow() + TicketStore.Lifetime));
            var follower = new Follower(user, changed);
            lock (session.Gate)
            {
                // The last to leave has just closed the entry.
                if (session.Closed)
                    continue;
                session.Followers.Add(follower);
            }
            // What happened between the request that let it in and now was told to nobody here.
            _told.Writer.TryWrite(key);
            return new Leaving(() => Leave(key, session, follower));
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(ListenAsync(stoppingToken), LookPeriodicallyAsync(stoppingToken), LookWhenToldAsync(stoppingToken));

    /// <summary>A store that is away at the start may not answer yet whether it is; it is asked again, and looking goes on meanwhile.</summary>
    private async Task ListenAsync(CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                await registry.ListenAsync(key =>
                {
                    if (_sessions.ContainsKey(key))
                        _told.Writer.TryWrite(key);
                });
                return;
            }
            catch (SessionsUnavailableException)
            {
                await Task.Delay(ListenAgain, time, stopping);
            }
        }
    }

    private async Task LookWhenToldAsync(CancellationToken stopping) =>
        await Parallel.ForEachAsync(_told.Reader.ReadAllAsync(stopping), Parallelism(stopping), async (key, _) => await LookAsync(key));

    private async Task LookPeriodicallyAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            await Parallel.ForEachAsync(_sessions.Keys, Parallelism(stopping), async (key, token) =>
            {
                await LookAsync(key);
                if (check is not null)
                    await CheckAsync(check, key, token);
            });
        }
    }

    /// <summary>
    /// While the session store cannot be reached, what is open lives on until its ticket would have expired: what cannot be asked is
    /// not the same as what is gone.
    /// </summary>
    private async Task LookAsync(string key)
    {
        if (!_sessions.TryGetValue(key, out var session))
            return;
        try
        {
            var ticket = await tickets.RetrieveAsync(key);
            session.Ends = ticket?.Properties.ExpiresUtc ?? session.Ends;
            session.Tell(ticket is not null && time.GetUtcNow() < session.Ends ? ticket.Principal : null);
        }
        catch (Exception exception)
        {
            LogUnreachable(exception);
            if (time.GetUtcNow() >= session.Ends)
                session.Tell(null);
        }
    }

    private async Task CheckAsync(ProviderCheck check, string key, CancellationToken stopping)
    {
        try
        {
            await check.CheckAsync(key, stopping);
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            LogUnchecked(exception);
        }
    }

    private void Leave(string key, Session session, Follower follower)
    {
        lock (session.Gate)
        {
            session.Followers.Remove(follower);
            session.Closed = session.Followers.Count == 0;
            if (session.Closed)
                _sessions.TryRemove(KeyValuePair.Create(key, session));
        }
    }

    private static ParallelOptions Parallelism(CancellationToken stopping) => new() { MaxDegreeOfParallelism = AtOnce, CancellationToken = stopping };

    private sealed class Session(DateTimeOffset ends)
    {
        public Lock Gate { get; } = new();

        public HashSet<Follower> Followers { get; } = [];

        public DateTimeOffset Ends { get; set; } = ends;

        public bool Closed { get; set; }

        public void Tell(ClaimsPrincipal? now)
        {
            Follower[] concerned;
            lock (Gate)
                concerned = [.. Followers.Where(follower => follower.Differs(now))];
            foreach (var follower in concerned)
                follower.Changed(now);
        }
    }

    private sealed class Follower(ClaimsPrincipal user, Action<ClaimsPrincipal?> changed)
    {
        private ClaimsPrincipal? _user = user;

        public bool Differs(ClaimsPrincipal? now)
        {
            var differs = now is null || _user is null
                ? now != _user
                : Actors.ActorOf(now) is var actor && (actor.Id != Actors.ActorOf(_user).Id || !actor.Roles.SequenceEqual(Actors.ActorOf(_user).Roles));
            _user = differs ? now : _user;
            return differs;
        }

        public void Changed(ClaimsPrincipal? now) => changed(now);
    }

    private sealed class Leaving(Action leave) : IDisposable
    {
        public void Dispose() => leave();
    }

    [LoggerMessage(7201, LogLevel.Warning, "The session store could not be read; what is open goes on until its ticket would expire.")]
    private partial void LogUnreachable(Exception exception);

    [LoggerMessage(7202, LogLevel.Warning, "What the provider says of a session could not be learnt; the session goes on.")]
    private partial void LogUnchecked(Exception exception);
}

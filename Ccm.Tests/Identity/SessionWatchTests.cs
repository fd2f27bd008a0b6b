using System.Security.Claims;
using System.Threading.Channels;
using Ccm.Engine.Domain;
using Ccm.Portal.Identity;
using Ccm.Portal.Identity.Sessions;
using Ccm.Tests.Servers;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Ccm.Tests.Identity;

public sealed class SessionWatchTests
{
    private readonly Channel<ClaimsPrincipal?> _heard = Channel.CreateUnbounded<ClaimsPrincipal?>();

    [Fact]
    public async Task Follow_TicketRemoved_IsToldAtOnce()
    {
        await using var host = await IdentityHost.StartAsync();
        var tickets = host.Services.GetRequiredService<TicketStore>();
        var (key, user) = await StoreAsync(tickets, Role.Viewer);
        using var following = host.Services.GetRequiredService<SessionWatch>().Follow(user, Hear);

        await tickets.RemoveAsync(key);

        Assert.Null(await HeardAsync());
    }

    [Fact]
    public async Task Follow_RolesChanged_IsToldTheNewOnes()
    {
        await using var host = await IdentityHost.StartAsync();
        var tickets = host.Services.GetRequiredService<TicketStore>();
        var (key, user) = await StoreAsync(tickets, Role.Admin);
        using var following = host.Services.GetRequiredService<SessionWatch>().Follow(user, Hear);

        await tickets.UpdateAsync(key, kept => new AuthenticationTicket(IdentityClaims.Principal("ann", "Ann", [Role.Viewer]), kept.Properties, kept.AuthenticationScheme));
        await host.Services.GetRequiredService<ISessionRegistry>().TellAsync(key);

        Assert.Equal([Role.Viewer], Actors.ActorOf((await HeardAsync())!).Roles);
    }

    /// <summary>What was removed between the request that let a page in and its circuit was told to nobody.</summary>
    [Fact]
    public async Task Follow_TicketGoneAlready_IsTold()
    {
        await using var host = await IdentityHost.StartAsync();
        var tickets = host.Services.GetRequiredService<TicketStore>();
        var (key, user) = await StoreAsync(tickets, Role.Viewer);
        await tickets.RemoveAsync(key);

        using var following = host.Services.GetRequiredService<SessionWatch>().Follow(user, Hear);

        Assert.Null(await HeardAsync());
    }

    [Fact]
    public async Task Follow_NobodyTells_IsFoundWithinAMinute()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var (watch, store) = Stopped(time);
        await watch.StartAsync(TestContext.Current.CancellationToken);
        using var following = watch.Follow(User("key"), Hear);
        await store.AskedAsync();

        store.Ticket = null;
        time.Advance(SessionWatch.Period);

        Assert.Null(await HeardAsync());
        Assert.True(SessionWatch.Period < TimeSpan.FromMinutes(1));
        await watch.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Follow_StoreUnreachable_LastsUntilTheTicketWouldExpire()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var (watch, store) = Stopped(time);
        store.Away = true;
        await watch.StartAsync(TestContext.Current.CancellationToken);
        using var following = watch.Follow(User("key"), Hear);
        await store.AskedAsync();
        time.Advance(SessionWatch.Period);
        await store.AskedAsync();
        Assert.False(_heard.Reader.TryRead(out _));

        time.Advance(TicketStore.Lifetime);

        Assert.Null(await HeardAsync());
        await watch.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Follow_ManyPagesOfOneSession_AskOnceARound()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var (watch, store) = Stopped(time);
        var followings = Enumerable.Range(0, 20).Select(_ => watch.Follow(User("key"), Hear)).ToList();
        await watch.StartAsync(TestContext.Current.CancellationToken);
        for (var n = 0; n < 20; n++)
            await store.AskedAsync();

        time.Advance(SessionWatch.Period);
        await store.AskedAsync();
        followings.ForEach(following => following.Dispose());
        time.Advance(SessionWatch.Period);

        Assert.False(store.WasAsked);
        await watch.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Listen_StoreIsAwayAtFirst_LooksMeanwhileAndHearsOnceItIsThere()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var (store, registry) = (new OneTicket { Ticket = Ticket(time, User("key")) }, new AwayAtFirst(time));
        using var watch = new SessionWatch(store, registry, time, NullLogger<SessionWatch>.Instance);
        await watch.StartAsync(TestContext.Current.CancellationToken);
        using var following = watch.Follow(User("key"), Hear);
        await store.AskedAsync();

        registry.Away = false;
        time.Advance(SessionWatch.ListenAgain);
        await registry.ListenedTo.OrLate();
        store.Ticket = null;
        await registry.TellAsync("key");

        Assert.Null(await HeardAsync());
        await watch.StopAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The composition's circuit handler turns the watch's word into the circuit's own state.</summary>
    [Fact]
    public async Task Circuit_SessionEnded_BecomesNobody()
    {
        await using var host = await IdentityHost.StartAsync();
        var tickets = host.Services.GetRequiredService<TicketStore>();
        var (key, user) = await StoreAsync(tickets, Role.Viewer);
        var provider = new ServerAuthenticationStateProvider();
        provider.SetAuthenticationState(Task.FromResult(new AuthenticationState(user)));
        using var circuit = new CircuitSession(host.Services.GetRequiredService<SessionWatch>(), provider);
        await circuit.OnCircuitOpenedAsync(null!, TestContext.Current.CancellationToken);
        provider.AuthenticationStateChanged += async state => Hear((await state).User);

        await tickets.RemoveAsync(key);

        Assert.False((await HeardAsync())!.Identity!.IsAuthenticated);
    }

    private void Hear(ClaimsPrincipal? user) => _heard.Writer.TryWrite(user);

    private Task<ClaimsPrincipal?> HeardAsync() => _heard.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().OrLate();

    private static (SessionWatch Watch, OneTicket Store) Stopped(FakeTimeProvider time)
    {
        var store = new OneTicket { Ticket = Ticket(time, User("key")) };
        return (new SessionWatch(store, new MemorySessionRegistry(time), time, NullLogger<SessionWatch>.Instance), store);
    }

    private static ClaimsPrincipal User(string key)
    {
        var user = IdentityClaims.Principal("ann", "Ann", [Role.Viewer]);
        ((ClaimsIdentity)user.Identity!).AddClaim(new Claim(IdentityClaims.Ticket, key));
        return user;
    }

    private static AuthenticationTicket Ticket(TimeProvider time, ClaimsPrincipal user) => new(user, new() { ExpiresUtc = time.GetUtcNow() + TicketStore.Lifetime }, "Cookies");

    private static async Task<(string Key, ClaimsPrincipal User)> StoreAsync(TicketStore tickets, Role role)
    {
        var key = await tickets.StoreAsync(Ticket(TimeProvider.System, IdentityClaims.Principal("ann", "Ann", [role])));
        return (key, (await tickets.RetrieveAsync(key))!.Principal);
    }

    private sealed class AwayAtFirst(TimeProvider time) : ISessionRegistry
    {
        private readonly MemorySessionRegistry _there = new(time);
        private readonly TaskCompletionSource _listenedTo = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Away { get; set; } = true;

        public Task ListenedTo => _listenedTo.Task;

        public async Task ListenAsync(Action<string> heard)
        {
            if (Away)
                throw new SessionsUnavailableException(new TimeoutException());
            await _there.ListenAsync(heard);
            _listenedTo.SetResult();
        }

        public Task TellAsync(string key) => _there.TellAsync(key);

        public Task AddAsync(SessionOwner owner, string key, DateTimeOffset ends) => _there.AddAsync(owner, key, ends);

        public Task<IReadOnlyList<string>> FindAsync(SessionOwner owner) => _there.FindAsync(owner);

        public Task<bool> ClaimAsync(string what, TimeSpan lasting) => _there.ClaimAsync(what, lasting);

        public Task ReleaseAsync(string what) => _there.ReleaseAsync(what);
    }

    /// <summary>Tells how often it is asked.</summary>
    private sealed class OneTicket : ITicketStore
    {
        private readonly Channel<bool> _asked = Channel.CreateUnbounded<bool>();

        public AuthenticationTicket? Ticket { get; set; }

        public bool Away { get; set; }

        public bool WasAsked => _asked.Reader.TryRead(out _);

        public Task AskedAsync() => _asked.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().OrLate();

        public Task<AuthenticationTicket?> RetrieveAsync(string key)
        {
            _asked.Writer.TryWrite(true);
            return Away ? throw new IOException("away") : Task.FromResult(Ticket);
        }

        public Task<string> StoreAsync(AuthenticationTicket ticket) => throw new NotSupportedException();

        public Task RenewAsync(string key, AuthenticationTicket ticket) => throw new NotSupportedException();

        public Task RemoveAsync(string key) => throw new NotSupportedException();
    }
}

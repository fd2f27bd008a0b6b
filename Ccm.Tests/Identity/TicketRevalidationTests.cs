using System.Security.Claims;
using Ccm.Engine.Domain;
using Ccm.Portal.Identity;
using Ccm.Portal.Identity.Sessions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Ccm.Tests.Identity;

public sealed class TicketRevalidationTests
{
    [Fact]
    public async Task Stands_TicketRemoved_EndsTheCircuit()
    {
        await using var host = await IdentityHost.StartAsync();
        var tickets = host.Services.GetRequiredService<ITicketStore>();
        var (key, state) = await StoreAsync(tickets, TimeProvider.System);
        using var revalidation = new TicketRevalidation(tickets, TimeProvider.System, NullLoggerFactory.Instance);

        var before = await revalidation.StandsAsync(state);
        await tickets.RemoveAsync(key, TestContext.Current.CancellationToken);
        var after = await revalidation.StandsAsync(state);

        Assert.True(before);
        Assert.False(after);
    }

    [Fact]
    public async Task Stands_Nobody_IsFalse()
    {
        await using var host = await IdentityHost.StartAsync();
        using var revalidation = new TicketRevalidation(host.Services.GetRequiredService<ITicketStore>(), TimeProvider.System, NullLoggerFactory.Instance);

        Assert.False(await revalidation.StandsAsync(new AuthenticationState(new ClaimsPrincipal(new ClaimsIdentity()))));
    }

    [Fact]
    public async Task Stands_StoreUnreachable_LastsUntilTheTicketWouldExpire()
    {
        var time = new FakeTimeProvider();
        await using var host = await IdentityHost.StartAsync();
        var (_, state) = await StoreAsync(host.Services.GetRequiredService<ITicketStore>(), TimeProvider.System);
        using var revalidation = new TicketRevalidation(new UnreachableStore(), time, NullLoggerFactory.Instance);

        var early = await revalidation.StandsAsync(state);
        time.Advance(TicketStore.Lifetime);
        var late = await revalidation.StandsAsync(state);

        Assert.True(early);
        Assert.False(late);
    }

    /// <summary>The composition adds the interactive server again, after identity.</summary>
    [Fact]
    public async Task Composition_InteractiveServerAddedLater_StillRevalidates()
    {
        await using var host = await IdentityHost.StartAsync(services: services =>
        {
            services.AddRazorComponents().AddInteractiveServerComponents();
            services.AddCascadingAuthenticationState();
        });
        await using var scope = host.Services.CreateAsyncScope();

        Assert.IsType<TicketRevalidation>(scope.ServiceProvider.GetRequiredService<AuthenticationStateProvider>());
    }

    private static async Task<(string Key, AuthenticationState State)> StoreAsync(ITicketStore tickets, TimeProvider time)
    {
        var properties = new AuthenticationProperties { ExpiresUtc = time.GetUtcNow() + TicketStore.Lifetime };
        var ticket = new AuthenticationTicket(IdentityClaims.Principal("ann", "Ann", [Role.Viewer]), properties, "Cookies");
        var key = await tickets.StoreAsync(ticket);
        var kept = await tickets.RetrieveAsync(key);
        return (key, new AuthenticationState(kept!.Principal));
    }

    private sealed class UnreachableStore : ITicketStore
    {
        public Task<string> StoreAsync(AuthenticationTicket ticket) => throw new IOException("away");

        public Task RenewAsync(string key, AuthenticationTicket ticket) => throw new IOException("away");

        public Task<AuthenticationTicket?> RetrieveAsync(string key) => throw new IOException("away");

        public Task RemoveAsync(string key) => throw new IOException("away");
    }
}

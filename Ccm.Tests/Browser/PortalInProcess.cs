using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Portal.Identity;
using Ccm.Portal.Identity.Sessions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Ccm.Tests.Browser;

/// <summary>The whole portal inside the test's process, on real Kestrel, so that the test can take a role from somebody whose pages are open.</summary>
public sealed class PortalInProcess : WebApplicationFactory<Program>
{
    private readonly TemporaryDirectory _directory = new();

    public PortalInProcess() => UseKestrel(0);

    public Uri Address => ClientOptions.BaseAddress;

    /// <summary>Once it knows its fleet; asked for by every test that may be the first.</summary>
    public async Task BeginAsync()
    {
        StartServer();
        await Services.GetRequiredService<WatchCache>().Ready;
    }

    /// <summary>As when the provider tells other groups of a person: in every session, and at once.</summary>
    internal async Task GiveRolesAsync(string person, params Role[] roles)
    {
        var (tickets, registry) = (Services.GetRequiredService<TicketStore>(), Services.GetRequiredService<ISessionRegistry>());
        foreach (var key in await registry.FindAsync(SessionOwner.Subject(person)))
        {
            await tickets.UpdateAsync(key, kept => new AuthenticationTicket(IdentityClaims.Principal(person, person, roles), kept.Properties, kept.AuthenticationScheme));
            await registry.TellAsync(key);
        }
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder) =>
        builder.UseEnvironment("Development").UseSetting("Ccm:DataDirectory", _directory.Path).UseSetting("Ccm:Simulator:Speed", "2000");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _directory.Dispose();
    }
}

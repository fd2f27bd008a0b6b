using System.Security.Claims;
using Ccm.Engine.Domain;
using Ccm.Portal.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;

namespace Ccm.Tests.Identity;

public sealed class IdentitySettingsTests
{
    [Fact]
    public void From_SeveralFaults_NamesEveryKey()
    {
        var fault = Assert.Throws<InvalidOperationException>(() => Read(
            "Development", ("Authentication:Oidc:Authority", "https://id.example"), ("Authentication:Oidc:RoleMap:staff", "boss"), ("Authentication:Oidc:RoleMap:guests", "3")));

        Assert.Contains("Authentication:Oidc:ClientId", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Authentication:Oidc:RoleMap:staff", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Authentication:Oidc:RoleMap:guests", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://id.example")]
    [InlineData("id.example")]
    [InlineData("ftp://id.example")]
    public void From_UnsafeAuthority_IsRefused(string authority)
    {
        var fault = Assert.Throws<InvalidOperationException>(() => Read("Development", ("Authentication:Oidc:Authority", authority)));

        Assert.Contains("Authentication:Oidc:Authority", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void From_ProductionWithoutAuthority_IsRefusedUnlessEmbeddedIsWanted()
    {
        Assert.Throws<InvalidOperationException>(() => Read("Production"));
        Assert.True(Read("Production", ("Ccm:Embedded", "true")).Embedded);
        Assert.True(Read("Development").Embedded);
    }

    [Fact]
    public void Reduce_WithoutAMap_KnowsTheRoleNamesOnly()
    {
        var settings = Read("Development", ("Authentication:Oidc:Authority", "https://id.example"), ("Authentication:Oidc:ClientId", "ccm"));
        var provided = new ClaimsPrincipal(new ClaimsIdentity(
            [new("sub", "1"), new("preferred_username", "ann"), new("roles", "operator"), new("roles", "Admin"), new("role", "admin"), new("ccm_ticket", "x")], "any"));

        var reduced = settings.Roles.Reduce(provided);

        Assert.Equal(new Actor("1", "ann", []).ToString(), (Actors.ActorOf(reduced) with { Roles = [] }).ToString());
        Assert.Equal([Role.Operator], Actors.ActorOf(reduced).Roles);
        Assert.Null(reduced.FindFirst(IdentityClaims.Ticket));
    }

    [Fact]
    public void ActorOf_Nobody_Throws() =>
        Assert.Throws<InvalidOperationException>(() => Actors.ActorOf(new ClaimsPrincipal(new ClaimsIdentity())));

    [Fact]
    public void ActorOf_NumberAsRole_GivesNothing()
    {
        var principal = new ClaimsPrincipal(new ClaimsIdentity([new("sub", "1"), new("role", "3"), new("role", "Admin,Viewer")], "any"));

        Assert.Empty(Actors.ActorOf(principal).Roles);
    }

    private static IdentitySettings Read(string environment, params (string Key, string Value)[] settings) => IdentitySettings.From(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value))).Build(),
        new Surroundings { EnvironmentName = environment });

    private sealed class Surroundings : IHostEnvironment
    {
        public required string EnvironmentName { get; set; }

        public string ApplicationName { get; set; } = "Ccm.Tests";

        public string ContentRootPath { get; set; } = ".";

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}

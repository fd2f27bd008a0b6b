using Ccm.Engine.State;
using Ccm.Engine.State.Etcd;
using Ccm.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccm.Tests.State;

/// <summary>TLS on both sides, etcd's users, and what settings that do not fit the server are told at start.</summary>
public sealed class EtcdSecurityTests : IDisposable
{
    private readonly TestCertificates _certificates = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _certificates.Dispose();

    [Fact]
    public async Task Tls_ClientCertificateAndUser_EverythingWorks()
    {
        await using var server = await EtcdServer.StartAsync([.. _certificates.Serve(), "--client-cert-auth", "--trusted-ca-file", _certificates.CaFile]);
        var (certificate, key) = _certificates.Issue("client");
        await using var store = Open(server.Endpoint, new EtcdOptions { CaFile = _certificates.CaFile, CertificateFile = certificate, KeyFile = key });

        await store.CheckAsync(Stop);

        await ServesAsync(store);
        var status = await store.GetStatusAsync(Stop);
        Assert.Equal(2L * 1024 * 1024 * 1024, status.QuotaBytes);
        Assert.True(Assert.Single(status.Members) is { Leads: true, Problem: null });
        await store.CompactAsync(status.Revision, Stop);
    }

    [Fact]
    public async Task User_WithoutTheRoleRoot_IsToldThatItCannotCompact()
    {
        await using var server = await EtcdServer.StartAsync();
        await EtcdUsers.RequireAsync(server);
        await using var store = Open(server.Endpoint, new EtcdOptions { Username = "ccm", Password = "p-ccm" });
        await ServesAsync(store);

        var refused = await Assert.ThrowsAsync<StateStoreUnavailableException>(() => store.CompactAsync(1, Stop));

        Assert.Contains("--auto-compaction-retention", refused.Message, StringComparison.Ordinal);
        await using var root = Open(server.Endpoint, new EtcdOptions { Username = "root", Password = "p-root" });
        await root.CompactAsync((await root.GetStatusAsync(Stop)).Revision, Stop);
    }

    [Fact]
    public async Task User_ServerForgetsItsTokens_SignsInAgain()
    {
        await using var server = await EtcdServer.StartAsync();
        await EtcdUsers.RequireAsync(server);
        await using var store = Open(server.Endpoint, new EtcdOptions { Username = "ccm", Password = "p-ccm" });
        await store.CheckAsync(Stop);
        await ServesAsync(store);

        await server.KillAsync();
        await server.RestartAsync();

        await ServesAsync(store);
    }

    [Fact]
    public async Task User_TokenForgottenUnderAnOpenConnection_SignsInAgain()
    {
        await using var server = await EtcdServer.StartAsync();
        await EtcdUsers.RequireAsync(server);
        await using var store = Open(server.Endpoint, new EtcdOptions { Username = "ccm", Password = "p-ccm" });
        await ServesAsync(store);

        await EtcdUsers.ForgetTokensAsync(server);

        Assert.IsType<CommitResult.Committed>(await store.CommitAsync(new StateTransaction { Puts = [new StatePut("/ccm/b", new byte[1])] }, Stop));
        await EtcdUsers.ForgetTokensAsync(server);
        await ServesAsync(store);
    }

    [Theory]
    [InlineData("ccm", "wrong", "refuses the user of Ccm:Etcd:Username or the password")]
    [InlineData("nobody", "p-ccm", "refuses the user of Ccm:Etcd:Username or the password")]
    [InlineData("other", "p-other", "give the one of Ccm:Etcd:Username a role")]
    [InlineData(null, null, "asks for a user: set Ccm:Etcd:Username and Ccm:Etcd:Password")]
    public async Task Check_UserNotLetIn_NamesTheSettingAndKeepsTheSecret(string? user, string? password, string said)
    {
        await using var server = await EtcdServer.StartAsync();
        await EtcdUsers.RequireAsync(server);

        var message = await RefusedAsync(server.Endpoint, new EtcdOptions { Username = user, Password = password });

        Assert.Contains(said, message, StringComparison.Ordinal);
        Assert.DoesNotContain(password ?? "p-ccm", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_UserWithoutAuthentication_NamesTheSetting()
    {
        await using var server = await EtcdServer.StartAsync();
        Assert.Contains("remove Ccm:Etcd:Username", await RefusedAsync(server.Endpoint, new EtcdOptions { Username = "ccm", Password = "p" }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_WrongScheme_SaysTheRightOne()
    {
        await using var plain = await EtcdServer.StartAsync();
        await using var secure = await EtcdServer.StartAsync(_certificates.Serve());
        Assert.Contains($"name it as http://{plain.Endpoint}", await RefusedAsync($"https://{plain.Endpoint}"), StringComparison.Ordinal);
        Assert.Contains($"name it as {secure.Endpoint}", await RefusedAsync(secure.Endpoint.Replace("https", "http", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_CertificateNotBelieved_SaysWhy()
    {
        await using var server = await EtcdServer.StartAsync(_certificates.Serve());
        Assert.Contains("set Ccm:Etcd:CaFile", await RefusedAsync(server.Endpoint), StringComparison.Ordinal);
        using var others = new TestCertificates();
        Assert.Contains($"({others.CaFile})", await RefusedAsync(server.Endpoint, new EtcdOptions { CaFile = others.CaFile }), StringComparison.Ordinal);
        var elsewhere = await RefusedAsync(server.Endpoint.Replace("127.0.0.1", "localhost", StringComparison.Ordinal), new EtcdOptions { CaFile = _certificates.CaFile });
        Assert.Contains("is for 127.0.0.1", elsewhere, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_CertificateExpired_SaysUntilWhen()
    {
        await using var server = await EtcdServer.StartAsync(_certificates.Serve(expired: true));
        var message = await RefusedAsync(server.Endpoint, new EtcdOptions { CaFile = _certificates.CaFile });
        Assert.Contains("renew it on the server", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_ClientCertificateAskedFor_NamesItsSettings()
    {
        await using var server = await EtcdServer.StartAsync([.. _certificates.Serve(), "--client-cert-auth", "--trusted-ca-file", _certificates.CaFile]);
        Assert.Contains("set Ccm:Etcd:CertificateFile and Ccm:Etcd:KeyFile", await RefusedAsync(server.Endpoint, new EtcdOptions { CaFile = _certificates.CaFile }), StringComparison.Ordinal);
        using var others = new TestCertificates();
        var (certificate, key) = others.Issue("client");
        await using var stranger = Open(server.Endpoint, new EtcdOptions { CaFile = _certificates.CaFile, CertificateFile = certificate, KeyFile = key });
        var away = await Assert.ThrowsAsync<StateStoreUnavailableException>(() => stranger.GetAsync("/ccm/a", Stop));
        Assert.Contains("may not believe the certificate in Ccm:Etcd:CertificateFile", away.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_NothingListens_IsNoFaultOfTheSettings()
    {
        await using var store = Open("127.0.0.1:1", new EtcdOptions());
        await store.CheckAsync(Stop);
        var away = await Assert.ThrowsAsync<StateStoreUnavailableException>(() => store.GetStatusAsync(Stop));
        Assert.Contains("ConnectionStrings:etcd", away.Message, StringComparison.Ordinal);
        Assert.Contains("nothing listens at 127.0.0.1:1", away.Message, StringComparison.Ordinal);
    }

    private static async Task ServesAsync(EtcdStateStore store)
    {
        CommitResult result;
        // A server that was just started may first fail on the old connection.
        for (var attempt = 1; (result = await store.CommitAsync(new StateTransaction { Puts = [new StatePut("/ccm/a", new byte[1])] }, Stop)) is not CommitResult.Committed && attempt < 3; attempt++)
            Assert.True(result is CommitResult.Unknown, result.ToString());
        var committed = Assert.IsType<CommitResult.Committed>(result);
        Assert.NotNull(await store.GetAsync("/ccm/a", Stop));
        await foreach (var batch in store.WatchAsync(StateKeys.Root, committed.Revision, Stop))
        {
            Assert.Equal("/ccm/a", Assert.Single(batch.Events).Key);
            break;
        }
        await using var lease = await store.GrantLeaseAsync(TimeSpan.FromSeconds(5), Stop);
        Assert.NotNull(await store.GetLeaseAgeAsync(lease.Id, Stop));
        var status = await store.GetStatusAsync(Stop);
        Assert.Empty(status.Alarms);
        Assert.True(status is { SizeBytes: > 0, QuotaBytes: > 0 });
        Assert.True(status.Revision >= committed.Revision);
    }

    private static async Task<string> RefusedAsync(string endpoints, EtcdOptions? options = null)
    {
        await using var store = Open(endpoints, options ?? new EtcdOptions());
        var refused = await Assert.ThrowsAsync<StateStoreSettingsException>(() => store.CheckAsync(Stop));
        Assert.Contains("ConnectionStrings:etcd", refused.Message, StringComparison.Ordinal);
        return refused.Message;
    }

    private static EtcdStateStore Open(string endpoints, EtcdOptions options) => new(endpoints, options, TimeProvider.System, NullLogger<EtcdStateStore>.Instance);
}

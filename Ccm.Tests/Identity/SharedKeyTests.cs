using System.Net;
using Ccm.Engine.Documents;
using Ccm.Portal.Identity.Keys;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;

namespace Ccm.Tests.Identity;

/// <summary>Keys lie in the document store: replicas share them, and a start without it waits for them.</summary>
public sealed class SharedKeyTests
{
    /// <summary>Both found no key and made one; whatever either protects the other must read, a minute later as well.</summary>
    [Fact]
    public void FirstKey_MadeByTwoAtOnce_IsOne()
    {
        var keys = new MemoryKeys();
        var (one, two) = (new StoredKeyRing(keys), new StoredKeyRing(keys));
        Assert.Empty(one.GetAllElements());
        Assert.Empty(two.GetAllElements());

        one.StoreElement(new("key", "one"), "key-1");
        two.StoreElement(new("key", "two"), "key-2");

        Assert.Equal("one", Assert.Single(two.GetAllElements()).Value);
        two.StoreElement(new("key", "three"), "key-3");
        Assert.Equal(["one", "three"], one.GetAllElements().Select(key => key.Value).Order());
    }

    [Fact]
    public void Protected_ByEitherOfTwoThatBeganAtOnce_IsReadByTheOther()
    {
        var keys = new MemoryKeys();
        using var start = new Barrier(8);
        var providers = Enumerable.Range(0, 8).Select(_ => Provider(keys)).ToArray();
        var texts = new string[8];
        var threads = providers.Select((provider, n) => new Thread(() =>
        {
            start.SignalAndWait();
            texts[n] = provider.CreateProtector("test").Protect($"from {n}");
        })).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        foreach (var provider in providers)
            Assert.Equal(Enumerable.Range(0, 8).Select(n => $"from {n}"), texts.Select(provider.CreateProtector("test").Unprotect));
        Assert.Equal(1, keys.Count);
    }

    [Fact]
    public async Task Start_KeysAway_AnswersWhatNeedsNobodyAndWorksOnceTheyAreThere()
    {
        using var directory = new TemporaryDirectory();
        var keys = MemoryKeys.Of(directory.Path);
        keys.Away = true;
        await using var host = await IdentityHost.StartAsync(directory.Path);
        using var browser = host.Browse();

        var (page, body) = await browser.GetAsync("/");
        var (signIn, _) = await browser.GetAsync("/account/sign-in");
        using var token = await host.RequestTokenAsync();
        var (open, _) = await browser.GetAsync("/open");
        keys.Away = false;
        await ReadAsync(host).WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, page.StatusCode);
        Assert.Contains("The test took the keys away.", body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, signIn.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, token.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, open.StatusCode);
        Assert.Equal("admin|admin|Admin", (await browser.SignInAsync("/", "admin", "admin")).Body);
        using var api = await host.GetAsync("/api/v1/who", await host.TokenAsync());
        Assert.Equal(HttpStatusCode.OK, api.StatusCode);
    }

    /// <summary>Once read they are kept: an outage later costs nobody anything.</summary>
    [Fact]
    public async Task Running_KeysAway_GoesOn()
    {
        using var directory = new TemporaryDirectory();
        await using var host = await IdentityHost.StartAsync(directory.Path);
        using var browser = host.Browse();
        MemoryKeys.Of(directory.Path).Away = true;

        Assert.Equal("admin|admin|Admin", (await browser.SignInAsync("/", "admin", "admin")).Body);
        using var api = await host.GetAsync("/api/v1/who", await host.TokenAsync());
        Assert.Equal(HttpStatusCode.OK, api.StatusCode);
    }

    private static async Task ReadAsync(IdentityHost host)
    {
        while (host.Services.GetRequiredService<KeyGate>().Waiting is not null)
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
    }

    private static IDataProtectionProvider Provider(MemoryKeys keys)
    {
        var services = new ServiceCollection();
        services.AddDataProtection().SetApplicationName("ccm");
        services.AddSingleton<IKeyDocuments>(keys).AddOptions<KeyManagementOptions>().Configure(options => options.XmlRepository = new StoredKeyRing(keys));
        return services.BuildServiceProvider().GetRequiredService<IDataProtectionProvider>();
    }
}

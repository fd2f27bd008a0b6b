using System.Diagnostics;
using System.Net.Http.Json;
using Ccm.Bench.Servers;

namespace Ccm.Tests.Servers;

/// <summary>
/// A certified OpenID provider (npm's oidc-provider) as a process on loopback. It signs in whomever its form names and knows, and does what
/// <c>provider.mjs</c> says.
/// </summary>
public sealed class OidcProviderServer : IAsyncDisposable
{
    private const string HowToGetOne = "NO OPENID PROVIDER: its tests are skipped. Run eng/get-oidc-provider.sh, which needs Node.js 18 or newer and npm.";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static int _warned;
    private readonly HttpClient _client = new();
    private readonly Process _process;

    private OidcProviderServer(Process process, int port)
    {
        _process = process;
        Issuer = new Uri($"http://127.0.0.1:{port}");
    }

    public Uri Issuer { get; }

    /// <summary>Skips the calling test when there is no Node.js or the packages were not fetched.</summary>
    public static async Task<OidcProviderServer> StartAsync()
    {
        var modules = Modules();
        if (modules is null || !OnPath("node"))
        {
            if (Interlocked.Exchange(ref _warned, 1) == 0)
                await Console.Error.WriteLineAsync(HowToGetOne);
            Assert.Skip(HowToGetOne);
        }
        var port = LoopbackPort.Free();
        var start = new ProcessStartInfo("node", [Path.Combine(AppContext.BaseDirectory, "Servers", "OidcProvider", "provider.mjs"), modules!, $"{port}"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        var process = Process.Start(start)!;
        var said = new Queue<string>();
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        process.ErrorDataReceived += (_, line) => said.Enqueue(line.Data ?? "");
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data == "ready")
                ready.TrySetResult();
            else if (line.Data is null)
                ready.TrySetException(new InvalidOperationException($"The OpenID provider ended: {string.Join('\n', said)}"));
        };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        await ready.Task.WaitAsync(Patience, TimeProvider.System);
        return new OidcProviderServer(process, port);
    }

    /// <summary>Settings of a portal that trusts it; lab-admins are admins, students users.</summary>
    public Dictionary<string, string?> Settings() => new()
    {
        ["Authentication:Oidc:Authority"] = Issuer.ToString(),
        ["Authentication:Oidc:ClientId"] = "ccm",
        ["Authentication:Oidc:ClientSecret"] = "s3cret-of-the-portal-at-work",
        ["Authentication:Oidc:Scope"] = "profile groups",
        ["Authentication:Oidc:RoleClaim"] = "groups",
        ["Authentication:Oidc:RoleMap:lab-admins"] = "admin",
        ["Authentication:Oidc:RoleMap:students"] = "user",
    };

    /// <summary>Where its client is, and how it signs: <c>ES256</c> or <c>RS256</c>.</summary>
    public Task ServeAsync(Uri portal, string alg = "ES256") => ControlAsync(new { portal = portal.GetLeftPart(UriPartial.Authority), alg });

    /// <summary>Somebody with these groups; null: nobody of that name any more.</summary>
    public Task KnowAsync(string name, params string[]? groups) => ControlAsync(new { people = new Dictionary<string, string[]?> { [name] = groups } });

    /// <summary>Signs with new keys from now on, and forgets the old ones.</summary>
    public Task RotateKeysAsync() => ControlAsync(new { rotate = true });

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _client.Dispose();
    }

    private async Task ControlAsync(object change)
    {
        using var response = await _client.PostAsJsonAsync(new Uri(Issuer, "/control"), change);
        response.EnsureSuccessStatusCode();
    }

    private static string? Modules()
    {
        var cache = Environment.GetEnvironmentVariable("CCM_TEST_CACHE") is { Length: > 0 } given ? given : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "ccm");
        var modules = Path.Combine(cache, "oidc-provider", "node_modules");
        return Directory.Exists(Path.Combine(modules, "oidc-provider")) ? modules : null;
    }

    private static bool OnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, program)));
}

using Ccm.Tests.Api;
using Ccm.Tests.Servers;

namespace Ccm.Tests.Browser;

/// <summary>
/// A portal of its own, with a thousand reservations, minute after minute, and a hundred workers that run: one by one over the API, many
/// at a time, as a busy institution fills it.
/// </summary>
public sealed class ManyRowsPortal : IAsyncDisposable
{
    public const int Reservations = 1000;
    public const int Workers = 100;

    /// <summary>Reservations take turns between so many labs.</summary>
    public const int Labs = 4;

    private const int AtOnce = 16;
    private readonly TemporaryDirectory _directory = new();
    private Task<PortalProcess>? _filled;
    private int _more;

    /// <summary>When the first reservation begins; each other one a minute after the one before.</summary>
    public DateTimeOffset First { get; private set; }

    public static string Lab(int n) => $"crowd-{n % Labs}";

    public static string Owner(int n) => $"student-{n:000}";

    /// <summary>Filled by the first test that asks; the tests of a class run one after the other.</summary>
    public Task<PortalProcess> GetAsync() => _filled ??= FillAsync();

    /// <summary>One more, an hour after the last and later than each such before: a test's own, to be changed as it likes.</summary>
    public async Task<string> ReserveAsync(string owner) =>
        await ReserveAsync((await GetAsync()).Client, 0, owner, First.AddMinutes(Reservations + 60 + Interlocked.Increment(ref _more)));

    public async ValueTask DisposeAsync()
    {
        if (_filled is { IsCompletedSuccessfully: true } filled)
            await (await filled).DisposeAsync();
        _directory.Dispose();
    }

    private async Task<PortalProcess> FillAsync()
    {
        var portal = await PortalProcess.StartAsync($"--Ccm:DataDirectory={_directory.Path}", "--Ccm:Simulator:Speed=2000", "--Ccm:Seed:DemoLabs=false");
        var client = portal.Client;
        await client.PostedAsync("/api/v1/templates", new { name = "crowd", licenseType = "ENTERPRISE", maxNodes = 100, maxWorkers = 2 * Workers, startupTimeMinutes = 1, capacity = new { cpuCores = 8, memoryGb = 96, storageGb = 500 } });
        for (var n = 0; n < Labs; n++)
            await (await client.PublishAsync(Lab(n), "1.0.0", Answers.LabOf(1, $"crowd {n}"))).Ok(System.Net.HttpStatusCode.Created);
        First = TimeProvider.System.GetUtcNow().AddHours(3);
        var many = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = TestContext.Current.CancellationToken };
        // Each is held against all that is booked, which is played through on every worker there is: these come afterwards.
        await Parallel.ForAsync(0, Reservations, many, async (n, _) => await ReserveAsync(client, n, Owner(n), First.AddMinutes(n)));
        await Parallel.ForAsync(0, Workers, many, async (_, _) => await client.PostedAsync("/api/v1/workers", new { template = "crowd" }));
        return portal;
    }

    private static async Task<string> ReserveAsync(HttpClient client, int n, string owner, DateTimeOffset start) =>
        (await client.PostedAsync("/api/v1/instances", new { definitionId = Lab(n), ownerId = owner, durationMinutes = 60, timeslotStart = start }))["id"]!.GetValue<string>();
}

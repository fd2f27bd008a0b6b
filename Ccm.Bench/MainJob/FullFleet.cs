using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Ccm.Bench.Servers;

namespace Ccm.Bench.MainJob;

/// <summary>Workers of a template of the bench's own, each with room for ten of its labs unless told otherwise.</summary>
internal static class FullFleet
{
    public const string Definition = "bench-pair";
    public const int Workers = 100;
    private const int Labs = 1000;
    private const int AtOnce = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Of two nodes.</summary>
    private const string Lab = """
        lab:
          title: Bench pair
          version: 0.3.0
        nodes:
          - id: n0
            label: R1
            node_definition: iosv
            ram: 512
            x: 0
            y: 0
            interfaces: [{ id: i0, label: GigabitEthernet0/0, slot: 0, type: physical }]
          - id: n1
            label: R2
            node_definition: iosv
            ram: 512
            x: 100
            y: 0
            interfaces: [{ id: i0, label: GigabitEthernet0/0, slot: 0, type: physical }]
        links:
          - { id: l0, n1: n0, i1: i0, n2: n1, i2: i0 }
        """;

    /// <summary>Publishes the lab and waits until the engine has started every worker.</summary>
    public static async Task PrepareAsync(PortalProcess portal, int workers = Workers)
    {
        await PublishAsync(portal, workers, labsOnOne: 10);
        await UntilAsync(portal, $"/api/v1/workers?state=RUNNING&limit=1000", workers);
    }

    /// <summary>Publishes the lab, and a template of which the engine keeps so many workers; the licence's nodes say what fits on one.</summary>
    public static async Task PublishAsync(PortalProcess portal, int workers, int labsOnOne)
    {
        using var lab = new StringContent(Lab, Encoding.UTF8, new MediaTypeHeaderValue("application/yaml"));
        await portal.PostAsync($"/api/v1/definitions?name={Definition}&version=1.0.0", lab);
        using var template = JsonContent.Create(new
        {
            name = "bench-host", licenseType = "ENTERPRISE", maxNodes = 2 * labsOnOne, capacity = new { cpuCores = 16, memoryGb = 128, storageGb = 1000 },
            startupTimeMinutes = 1, minWorkers = workers, maxWorkers = workers, costPerHour = 0.01,
        });
        await portal.PostAsync("/api/v1/templates", template);
    }

    /// <summary>Reserves until 1,000 labs run, besides what runs already.</summary>
    public static async Task<IEnumerable<Figure>> FillAsync(PortalProcess portal)
    {
        var missing = Labs - await portal.CountAsync("/api/v1/instances?limit=1000");
        var began = TimeProvider.System.GetTimestamp();
        await Parallel.ForAsync(0, missing, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (_, _) =>
        {
            using var body = JsonContent.Create(new { definitionId = Definition });
            await portal.PostAsync("/api/v1/instances", body);
        });
        var reserved = TimeProvider.System.GetElapsedTime(began);
        await UntilAsync(portal, "/api/v1/instances?state=RUNNING&limit=1000", Labs);
        return
        [
            new Figure("reserveAllSeconds", $"reserving {missing} labs, {AtOnce} at once, s", reserved.TotalSeconds),
            new Figure("runAllSeconds", $"from the first of those POSTs until all {Labs} run, s", TimeProvider.System.GetElapsedTime(began).TotalSeconds),
        ];
    }

    private static async Task UntilAsync(PortalProcess portal, string path, int count)
    {
        var began = TimeProvider.System.GetTimestamp();
        for (var there = 0; there < count; there = await portal.CountAsync(path))
        {
            if (TimeProvider.System.GetElapsedTime(began) > Patience)
                throw new BenchException($"GET {path} lists {there} of {count} after {Patience.TotalMinutes:0} minutes.");
            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System);
        }
    }
}

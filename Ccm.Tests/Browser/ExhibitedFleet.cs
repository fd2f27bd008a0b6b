using Ccm.Tests.Api;
using Ccm.Tests.Servers;

namespace Ccm.Tests.Browser;

/// <summary>
/// One object of each kind in the shared portal, named <c>exhibit</c> and nobody else's: a template whose host has one port, too
/// few for any lab, in a region of its own, a worker of it that runs, a definition, and somebody's reservation of it far ahead.
/// </summary>
public sealed class ExhibitedFleet
{
    public const string Name = "exhibit";
    private Task<(string Instance, string Worker)>? _made;

    /// <summary>Made by the first test that asks; the tests of a class run one after the other.</summary>
    internal Task<(string Instance, string Worker)> In(PortalProcess portal) => _made ??= MakeAsync(portal);

    private static async Task<(string Instance, string Worker)> MakeAsync(PortalProcess portal)
    {
        var client = portal.Client;
        await client.PostedAsync("/api/v1/templates", new { name = Name, region = Name, licenseType = "EVALUATION", costPerHour = 999, maxWorkers = 1, startupTimeMinutes = 1, portRange = new { start = 2000, end = 2000 }, capacity = new { cpuCores = 1, memoryGb = 1, storageGb = 1 } });
        var worker = (await client.PostedAsync("/api/v1/workers", new { template = Name }))["id"]!.GetValue<string>();
        await (await client.PublishAsync(Name, "1.0.0", Answers.Lab)).Ok(System.Net.HttpStatusCode.Created);
        var start = TimeProvider.System.GetUtcNow().AddDays(200);
        var instance = (await client.PostedAsync("/api/v1/instances", new { definitionId = Name, ownerId = "somebody", durationMinutes = 30, timeslotStart = start }))["id"]!.GetValue<string>();
        await Eventually.HoldsAsync(async () => (await client.ReadAsync($"/api/v1/workers/{worker}"))["state"]!.GetValue<string>() == "RUNNING", "the exhibited worker runs");
        return (instance, worker);
    }
}

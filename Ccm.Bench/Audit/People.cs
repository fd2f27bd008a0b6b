using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Ccm.Bench.MainJob;
using Ccm.Bench.Servers;

namespace Ccm.Bench.Audit;

/// <summary>
/// Reserve labs and end them again, at both portals in turn, ten a second; whatever is answered with success is remembered. Without
/// idempotency keys: with one the trail has to be asked first, so that CCM answers 503 while it is away.
/// </summary>
internal sealed class People(IReadOnlyList<PortalProcess> portals)
{
    private const int LabsAtOnce = 60;
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(100);

    /// <summary>Type and subject of the event that each acknowledged request must have left.</summary>
    public ConcurrentBag<(string Type, string Subject)> Acknowledged { get; } = [];

    /// <summary>Answered with a refusal: nothing was changed.</summary>
    public int Refused { get; private set; }

    /// <summary>Answered 503, or not at all.</summary>
    public int Unavailable { get; private set; }

    public async Task ActAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Every, TimeProvider.System);
        var running = new Queue<string>();
        for (var n = 0; !stop.IsCancellationRequested; n++)
        {
            await timer.WaitForNextTickAsync(CancellationToken.None);
            var portal = portals[n % portals.Count];
            if (running.Count > LabsAtOnce)
                await EndAsync(portal, running.Dequeue());
            else if (await ReserveAsync(portal) is { } id)
                running.Enqueue(id);
        }
    }

    private async Task<string?> ReserveAsync(PortalProcess portal)
    {
        using var body = JsonContent.Create(new { definitionId = FullFleet.Definition });
        if (await SendAsync(portal, HttpMethod.Post, "/api/v1/instances", body) is not { } instance)
            return null;
        var id = instance.GetProperty("id").GetString()!;
        Acknowledged.Add(("ccm.lablet.instance.pending", $"instances/{id}"));
        return id;
    }

    private async Task EndAsync(PortalProcess portal, string id)
    {
        if (await SendAsync(portal, HttpMethod.Delete, $"/api/v1/instances/{id}", null) is not null)
            Acknowledged.Add(("ccm.lablet.instance.target-changed", $"instances/{id}"));
    }

    /// <summary>The answer to a request that was done; null when it was refused or nobody can say.</summary>
    private async Task<JsonElement?> SendAsync(PortalProcess portal, HttpMethod method, string path, HttpContent? body)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = body };
        try
        {
            using var answer = await portal.Client.SendAsync(request);
            if (answer.IsSuccessStatusCode)
                return await answer.Content.ReadFromJsonAsync<JsonElement>();
            if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
                Unavailable++;
            else
                Refused++;
        }
        catch (HttpRequestException)
        {
            Unavailable++;
        }
        return null;
    }
}

using System.Text.Json;
using Ccm.Tests.Api;

namespace Ccm.Tests.Faults;

/// <summary>
/// People at work: some clients, each with a stream of random calls of its own that the seed fixes, all through the public API. What is
/// forbidden is asked for too.
/// </summary>
internal sealed class Traffic(int seed, CallSender sender, IReadOnlyList<Door> doors)
{
    private const int Clients = 4;
    private const int Labs = 3;
    private volatile bool _stop;
    private Task[] _clients = [];

    public static string Lab(int n) => $"lab-{n}";

    public Call Reserve(Random random, int? lab = null) => Post(CallKind.Reserve, "/api/v1/instances", random.Next(2) == 0
        ? JsonSerializer.Serialize(new { definitionId = Lab(lab ?? random.Next(Labs)), durationMinutes = 60 })
        : JsonSerializer.Serialize(new { definitionId = Lab(lab ?? random.Next(Labs)), durationMinutes = 60, timeslotStart = TimeProvider.System.GetUtcNow().AddSeconds(30) }));

    public Call Cancel(string id) => new(sender.NextNumber(), CallKind.Cancel, Roles.Admin, "DELETE", $"/api/v1/instances/{id}", "", id);

    public Call Publish(string name, string version, string yaml) => new(sender.NextNumber(), CallKind.Publish, Roles.Admin, "POST", $"/api/v1/definitions?name={name}&version={version}", yaml, name);

    /// <summary>What the labs are that everybody reserves.</summary>
    public async Task PrepareAsync()
    {
        for (var n = 0; n < Labs; n++)
            Assert.Equal(Known.Acknowledged, (await sender.SendAsync(Publish(Lab(n), "1.0.0", Answers.LabOf(2 + (3 * n), Lab(n))), new Random(seed))).Known);
    }

    public void Start() => _clients = [.. Enumerable.Range(0, Clients).Select(n => Task.Run(() => WorkAsync(n, new Random((seed * 31) + n))))];

    /// <summary>Done once every call has been answered or given up.</summary>
    public async Task StopAsync()
    {
        _stop = true;
        await Task.WhenAll(_clients);
    }

    private async Task WorkAsync(int client, Random random)
    {
        var own = new List<string>();
        for (var n = 0; !_stop; n++)
        {
            var call = await NextAsync(client, n, own, random);
            if (call is not null)
            {
                var record = await sender.SendAsync(call, random);
                if (call.Kind == CallKind.Reserve && record.Told("id") is { } id)
                {
                    own.Add(id);
                    await sender.SendAsync(new Call(sender.NextNumber(), CallKind.Read, Roles.Admin, "GET", $"/api/v1/instances/{id}", "", id), random);
                }
            }
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(10, 90)), TimeProvider.System);
        }
    }

    /// <summary>Null when there is nothing of that kind to ask for.</summary>
    private async Task<Call?> NextAsync(int client, int n, List<string> own, Random random)
    {
        var id = own.Count == 0 ? "i-none" : own[random.Next(own.Count)];
        return random.Next(100) switch
        {
            < 40 => Reserve(random),
            < 60 when own.Count > 0 => Cancel(id),
            < 68 when own.Count > 0 => Post(CallKind.Stop, $"/api/v1/instances/{id}/stop", "", id),
            < 74 when own.Count > 0 => Post(CallKind.Start, $"/api/v1/instances/{id}/start", "", id),
            < 82 when own.Count > 0 => await ExtendAsync(id, random),
            < 86 => Publish($"lab-of-{client}", $"1.0.{n}", Answers.LabOf(2, $"{client} {n}")),
            < 89 => await WorkerAsync(CallKind.Drain, "RUNNING", "drain", random),
            < 92 => await WorkerAsync(CallKind.CancelDrain, "DRAINING", "cancel-drain", random),
            _ when own.Count > 0 => Forbidden(id, random),
            _ => null,
        };
    }

    private async Task<Call?> ExtendAsync(string id, Random random) => await sender.AskAsync($"/api/v1/instances/{id}", doors[random.Next(doors.Count)]) is { } answer
        && JsonDocument.Parse(answer).RootElement.GetProperty("timeslotEnd") is { ValueKind: JsonValueKind.String } end
        ? Post(CallKind.Extend, $"/api/v1/instances/{id}/extend", JsonSerializer.Serialize(new { timeslotEnd = end.GetDateTimeOffset().AddMinutes(random.Next(1, 10)) }), id) : null;

    private async Task<Call?> WorkerAsync(CallKind kind, string state, string verb, Random random)
    {
        if (await sender.AskAsync($"/api/v1/workers?state={state}", doors[random.Next(doors.Count)]) is not { } answer)
            return null;
        var ids = JsonDocument.Parse(answer).RootElement.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()!).Order(StringComparer.Ordinal).ToArray();
        return ids.Length == 0 ? null : random.GetItems(ids, 1)[0] is var id ? Post(kind, $"/api/v1/workers/{id}/{verb}", "", id) : null;
    }

    private Call Forbidden(string id, Random random) => random.GetItems(
        [
            new Call(sender.NextNumber(), CallKind.Forbidden, Roles.Viewer, "POST", "/api/v1/instances", $$"""{"definitionId":"{{Lab(0)}}"}"""),
            new Call(sender.NextNumber(), CallKind.Forbidden, Roles.Nobody, "POST", "/api/v1/instances", $$"""{"definitionId":"{{Lab(0)}}"}"""),
            new Call(sender.NextNumber(), CallKind.Forbidden, Roles.Viewer, "DELETE", $"/api/v1/instances/{id}", ""),
            new Call(sender.NextNumber(), CallKind.Forbidden, Roles.User, "POST", "/api/v1/instances", $$"""{"definitionId":"{{Lab(0)}}","ownerId":"somebody"}"""),
            new Call(sender.NextNumber(), CallKind.Forbidden, Roles.User, "POST", "/api/v1/workers", """{"template":"personal-small"}"""),
            new Call(sender.NextNumber(), CallKind.Forbidden, Roles.User, "GET", "/api/v1/workers", ""),
            new Call(sender.NextNumber(), CallKind.Forbidden, Roles.Operator, "POST", $"/api/v1/instances/{id}/force-terminate", ""),
            new Call(sender.NextNumber(), CallKind.Forbidden, Roles.Operator, "POST", "/api/v1/system/leaders/controller/resign", ""),
        ], 1)[0];

    private Call Post(CallKind kind, string path, string body, string? subject = null) => new(sender.NextNumber(), kind, Roles.Admin, "POST", path, body, subject);
}

using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ccm.Tests.Api;

/// <summary>Booking ahead over HTTP, on a fleet that may grow to one worker of 96 GB and 20 nodes.</summary>
public sealed class BookingAheadTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(DateTime.SpecifyKind(TimeProvider.System.GetUtcNow().Date.AddDays(7).AddHours(9), DateTimeKind.Unspecified), TimeSpan.Zero);
    private readonly ApiHost _host = new() { Settings = new() { ["Ccm:Seed:Templates:small:MaxWorkers"] = "1", ["Ccm:Seed:Templates:small:CostPerHour"] = "0.8" } };
    private HttpClient _admin = null!;

    public async ValueTask InitializeAsync()
    {
        await _host.InitializeAsync();
        _admin = _host.Client();
        await PublishAsync("large", 96);
        await PublishAsync("half", 48);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Reserve_NoRoomThen_IsRefusedWithNumbersAndFreeSlotsThatCanBeHad()
    {
        var user = _host.Client("user", "alice");
        await ReserveAsync(user, "large", Start, 120);

        var problem = await (await AskAsync(user, "large", Start.AddHours(1), 60)).Refused(HttpStatusCode.Conflict, "96 asked for, 96 booked already, 96 the most", "Nearest free slots start at");

        Assert.Equal("timeslotStart", (string?)Assert.Single(problem["errors"]!.AsArray())!["field"]);
        var forecast = problem["forecast"]!;
        Assert.Equal("memoryGb", (string?)forecast["shortOf"]);
        Assert.Equal((96, 96, 96), ((int)forecast["asked"]!["memoryGb"]!, (int)forecast["booked"]!["memoryGb"]!, (int)forecast["most"]!["memoryGb"]!));
        var slots = forecast["freeSlots"]!.AsArray();
        Assert.Equal(5, slots.Count);
        Assert.Contains(slots, slot => (DateTimeOffset)slot!["timeslotEnd"]! < Start);
        foreach (var slot in slots)
            await ReserveAsync(user, "large", (DateTimeOffset)slot!["timeslotStart"]!, 60);
        await (await AskAsync(user, "large", (DateTimeOffset)slots[2]!["timeslotStart"]!, 60)).Refused(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Reserve_Override_IsAnAdminsAndLeavesItsMark()
    {
        await ReserveAsync(_admin, "large", Start, 120);
        await (await AskAsync(_host.Client("operator"), "large", Start, 60, overrides: true)).Refused(HttpStatusCode.Forbidden, "overbook", "admin");

        var booked = await (await AskAsync(_admin, "large", Start, 60, overrides: true)).Ok(HttpStatusCode.Created);

        Assert.True((bool)booked["overbooked"]!);
        Assert.Contains("Reserved over the forecast: At ", (string?)booked["reason"], StringComparison.Ordinal);
        await _host.UntilAsync(snapshot => snapshot.Outbox.IsEmpty);
        var events = (await _admin.ReadAsync($"/api/v1/instances/{(string?)booked["id"]}/events"))["items"]!.AsArray();
        Assert.Contains("over the forecast", Assert.Single(events)!.ToJsonString(), StringComparison.Ordinal);
        Assert.False((bool)(await (await AskAsync(_admin, "large", Start.AddDays(1), 60, overrides: true)).Ok(HttpStatusCode.Created))["overbooked"]!);
    }

    [Fact]
    public async Task Reserve_LabThatNothingTakes_IsRefusedAheadAndToldAtOnceOtherwise()
    {
        await PublishAsync("huge", 97);

        var problem = await (await AskAsync(_admin, "huge", Start, 60)).Refused(HttpStatusCode.Conflict, "97 GB of memory", "template");
        Assert.Equal("worker", (string?)problem["forecast"]!["shortOf"]);
        Assert.Empty(problem["forecast"]!["freeSlots"]!.AsArray());

        var waits = await (await _admin.SendJsonAsync("/api/v1/instances", """{"definitionId":"huge"}""")).Ok(HttpStatusCode.Created);
        Assert.Equal("PENDING", (string?)waits["state"]);
        Assert.Contains("it waits: No worker that exists", (string?)waits["reason"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reserve_InARegion_IsKeptToAndRefusedAheadWhereNothingIs()
    {
        await (await _admin.SendJsonAsync("/api/v1/definitions", JsonSerializer.Serialize(new { name = "anchored", version = "1.0.0", labYaml = Answers.Lab, region = "local" }))).Ok(HttpStatusCode.Created);
        Assert.Equal("local", (string?)(await _admin.ReadAsync("/api/v1/definitions/anchored"))["region"]);

        await Refused(HttpStatusCode.BadRequest, new { definitionId = "anchored", region = "east" }, "runs in region local only");
        await Refused(HttpStatusCode.BadRequest, new { definitionId = "half", region = "no region" }, "63 letters");
        var problem = await Refused(HttpStatusCode.Conflict, new { definitionId = "half", region = "east", timeslotStart = Start }, "is in region east", "local");
        Assert.Equal("region", (string?)problem["forecast"]!["shortOf"]);
        await (await _admin.GetAsync("/api/v1/definitions/anchored/slots?region=east", TestContext.Current.CancellationToken)).Refused(HttpStatusCode.BadRequest, "local only");

        var waits = await _admin.PostedAsync("/api/v1/instances", new { definitionId = "half", region = "east" });
        Assert.Equal("east", (string?)waits["region"]);
        Assert.Contains("is in region east", (string?)waits["reason"], StringComparison.Ordinal);
        Assert.Equal("local", (string?)(await _admin.PostedAsync("/api/v1/instances", new { definitionId = "anchored" }))["region"]);
        var explained = await _admin.ReadAsync($"/api/v1/instances/{(string?)waits["id"]}/explain");
        Assert.Contains("It is in region local, the lab must be in east.", Assert.Single(explained["wouldFit"]!.AsArray())!.ToString(), StringComparison.Ordinal);

        async Task<JsonNode> Refused(HttpStatusCode status, object body, params string[] told) => await (await _admin.SendJsonAsync("/api/v1/instances", JsonSerializer.Serialize(body))).Refused(status, told);
    }

    [Fact]
    public async Task Extend_PlaceIsPromised_NamesTheLatestEndAndTakesIt()
    {
        var user = _host.Client("user", "alice");
        var id = (string)(await ReserveAsync(user, "large", Start, 60))["id"]!;
        var other = (string)(await ReserveAsync(_admin, "large", Start.AddHours(2), 60))["id"]!;
        var due = Start.AddHours(2).AddMinutes(-5);

        var refused = await (await ExtendAsync(user, id, Start.AddHours(2))).Refused(HttpStatusCode.Conflict, "Its place is needed by another reservation from", "Extend to at most");
        Assert.DoesNotContain(other, refused.ToJsonString(), StringComparison.Ordinal);
        await (await ExtendAsync(_admin, id, Start.AddHours(2))).Refused(HttpStatusCode.Conflict, $"Its place is needed by '{other}'");
        Assert.Equal(due.AddMinutes(-1), (DateTimeOffset)(await (await ExtendAsync(user, id, due.AddMinutes(-1))).Ok(HttpStatusCode.Accepted))["timeslotEnd"]!);
    }

    [Fact]
    public async Task Slots_AroundABooking_AreThoseThatAreFree()
    {
        await ReserveAsync(_admin, "large", Start, 120);
        var from = Uri.EscapeDataString(Start.AddMinutes(30).ToString("O", CultureInfo.InvariantCulture));

        var answer = await _host.Client("user", "alice").ReadAsync($"/api/v1/definitions/large/slots?from={from}&durationMinutes=60&count=2");

        var starts = answer["items"]!.AsArray().Select(slot => (DateTimeOffset)slot!["timeslotStart"]!).ToList();
        Assert.Equal(2, starts.Count);
        Assert.InRange(starts[0], Start.AddHours(2).AddMinutes(5), Start.AddHours(2).AddMinutes(7));
        Assert.InRange(starts[1], starts[0].AddHours(1).AddMinutes(5), starts[0].AddHours(1).AddMinutes(7));
        await (await _admin.GetAsync("/api/v1/definitions/large/slots?count=51", TestContext.Current.CancellationToken)).Refused(HttpStatusCode.BadRequest, "1 to 50");
        await (await _admin.GetAsync("/api/v1/definitions/large/slots?from=2020-01-01T00:00:00Z", TestContext.Current.CancellationToken)).Refused(HttpStatusCode.BadRequest, "in the past");
        await (await _admin.GetAsync("/api/v1/definitions/none/slots", TestContext.Current.CancellationToken)).Refused(HttpStatusCode.NotFound, "none");
    }

    [Fact]
    public async Task WhatIf_MoreThanTheFleet_CountsWorkersCostAndWhatIsLeft()
    {
        var path = $"/api/v1/definitions/half/what-if?count=3&timeslotStart={Uri.EscapeDataString(Start.ToString("O", CultureInfo.InvariantCulture))}&durationMinutes=60";

        var answer = await _host.Client("viewer").ReadAsync(path);

        var added = Assert.Single(answer["added"]!.AsArray())!;
        Assert.Equal(("small", 1, 2), ((string?)added["template"], (int)added["workers"]!, (int)added["instances"]!));
        Assert.Equal((0, 1, 0.8m), ((int)answer["onExisting"]!, (int)answer["nowhere"]!, (decimal)answer["costPerHour"]!));
        Assert.Contains("memory", (string?)answer["reason"], StringComparison.Ordinal);
        Assert.Empty((await _admin.ReadAsync("/api/v1/instances"))["items"]!.AsArray());
        await (await _host.Client("user", "alice").GetAsync(path, TestContext.Current.CancellationToken)).Refused(HttpStatusCode.Forbidden, "viewer");
        await (await _admin.GetAsync("/api/v1/definitions/half/what-if?count=0", TestContext.Current.CancellationToken)).Refused(HttpStatusCode.BadRequest, "1 to 1000");
    }

    private async Task PublishAsync(string name, int memoryGb) => await (await _admin.SendJsonAsync("/api/v1/definitions", JsonSerializer.Serialize(new
    {
        name,
        version = "1.0.0",
        labYaml = Answers.Lab,
        resources = new { cpuCores = 1, memoryGb, storageGb = 1 },
    }))).Ok(HttpStatusCode.Created);

    private static async Task<JsonNode> ReserveAsync(HttpClient client, string definitionId, DateTimeOffset start, int minutes) =>
        await (await AskAsync(client, definitionId, start, minutes)).Ok(HttpStatusCode.Created);

    private static Task<HttpResponseMessage> AskAsync(HttpClient client, string definitionId, DateTimeOffset start, int minutes, bool overrides = false) =>
        client.SendJsonAsync("/api/v1/instances", JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["definitionId"] = definitionId,
            ["timeslotStart"] = start,
            ["durationMinutes"] = minutes,
            ["override"] = overrides,
        }));

    private static Task<HttpResponseMessage> ExtendAsync(HttpClient client, string id, DateTimeOffset end) =>
        client.SendJsonAsync($"/api/v1/instances/{id}/extend", JsonSerializer.Serialize(new { timeslotEnd = end }));
}

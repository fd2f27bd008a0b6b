using System.Net;
using System.Text.Json.Nodes;

namespace Ccm.Tests.Api;

public sealed class DefinitionsApiTests(ApiHost host) : IClassFixture<ApiHost>
{
    private readonly HttpClient _admin = host.Client();

    [Fact]
    public async Task Publish_LabFileAsYaml_IsCreatedWithItsCounts()
    {
        var response = await _admin.PublishAsync("as-yaml", "1.0.0", Answers.LabOf(3));
        var definition = await response.Ok(HttpStatusCode.Created);
        Assert.Equal("/api/v1/definitions/as-yaml/versions/1.0.0", response.Headers.Location?.OriginalString);
        Assert.Equal("as-yaml", (string?)definition["id"]);
        Assert.Equal("ACTIVE", (string?)definition["status"]);
        Assert.Equal(3, (int)definition["nodeCount"]!);
        Assert.Equal(3, (int)definition["licensedNodeCount"]!);
        Assert.Equal(2, (int)definition["linkCount"]!);
        Assert.Equal(["r0_serial", "r1_serial", "r2_serial"], definition["portNames"]!.AsArray().Select(name => (string?)name));
        Assert.True(JsonNode.DeepEquals(definition, await _admin.ReadAsync("/api/v1/definitions/as-yaml")));
    }

    [Fact]
    public async Task Publish_Json_TakesWhatTheFileDoesNotSay()
    {
        var definition = await _admin.PostedAsync("/api/v1/definitions", new
        {
            name = "as-json",
            version = "0.1.0",
            labYaml = Answers.Lab,
            maxDurationMinutes = 30,
            licenseAffinity = new[] { "PERSONAL" },
            resources = new { cpuCores = 2, memoryGb = 3, storageGb = 4 },
        });
        Assert.Equal(30, (int)definition["maxDurationMinutes"]!);
        Assert.Equal("PERSONAL", (string?)definition["licenseAffinity"]![0]);
        Assert.Equal(3, (int)definition["resources"]!["memoryGb"]!);
    }

    [Theory]
    [InlineData("1.0.0", HttpStatusCode.Created)]
    [InlineData("0.9.0", HttpStatusCode.Conflict)]
    [InlineData("", HttpStatusCode.Conflict)]
    public async Task Publish_BasedOnAVersion_IsTakenOnlyOnTopOfTheNewest(string basedOn, HttpStatusCode status)
    {
        var name = $"based-on-{status}-{basedOn.Length}".ToLowerInvariant();
        await (await _admin.PublishAsync(name, "1.0.0", Answers.LabOf(2))).Ok(HttpStatusCode.Created);

        var answer = await _admin.SendJsonAsync("/api/v1/definitions", new JsonObject { ["name"] = name, ["version"] = "1.1.0", ["labYaml"] = Answers.LabOf(3), ["basedOn"] = basedOn }.ToJsonString());

        if (status == HttpStatusCode.Created)
            await answer.Ok(status);
        else
            await answer.Refused(status, "The newest version", "1.0.0");
    }

    [Fact]
    public async Task Publish_YamlBasedOnAVersion_IsTakenOnlyOnTopOfTheNewest()
    {
        await (await _admin.PublishAsync("yaml-based", "1.0.0", Answers.LabOf(2))).Ok(HttpStatusCode.Created);

        var refused = await (await _admin.PublishAsync("yaml-based", "1.1.0&basedOn=0.9.0", Answers.LabOf(3))).Refused(HttpStatusCode.Conflict, "The newest version");
        Assert.Equal("basedOn", (string?)refused["errors"]![0]!["field"]);
        await (await _admin.PublishAsync("yaml-based", "1.1.0&basedOn=", Answers.LabOf(3))).Refused(HttpStatusCode.Conflict, "made from none");
        await (await _admin.PublishAsync("yaml-based", "1.1.0&basedOn=1.0.0", Answers.LabOf(3))).Ok(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Publish_BasedOnAVersionOfADeletedDefinition_SaysThatItWasDeletedAndWhatToDo()
    {
        await (await _admin.PublishAsync("based-on-gone", "1.0.0", Answers.LabOf(2))).Ok(HttpStatusCode.Created);
        await _admin.DeleteAsync("/api/v1/definitions/based-on-gone", TestContext.Current.CancellationToken);

        await (await _admin.PublishAsync("based-on-gone", "1.1.0&basedOn=1.0.0", Answers.LabOf(3))).Refused(HttpStatusCode.Conflict, "'based-on-gone' was deleted; yours was made from 1.0.0.", "above 1.0.0");
        await (await _admin.PublishAsync("based-on-gone", "1.1.0&basedOn=", Answers.LabOf(3))).Ok(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Publish_BasedOnNothing_IsTakenForANewName() =>
        await (await _admin.SendJsonAsync("/api/v1/definitions", new JsonObject { ["name"] = "based-on-nothing", ["version"] = "1.0.0", ["labYaml"] = Answers.Lab, ["basedOn"] = "" }.ToJsonString())).Ok(HttpStatusCode.Created);
}

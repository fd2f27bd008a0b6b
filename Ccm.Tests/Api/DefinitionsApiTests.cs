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
}

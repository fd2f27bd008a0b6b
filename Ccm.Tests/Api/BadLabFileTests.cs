using System.Net;
using System.Text;

namespace Ccm.Tests.Api;

/// <summary>Lab files that are refused: each with its own reason, nothing published, the process alive.</summary>
public sealed class BadLabFileTests(ApiHost host) : IClassFixture<ApiHost>
{
    private const string Head = "lab:\n  title: bad\n  version: 0.3.0\n";
    private readonly HttpClient _admin = host.Client();

    public static TheoryData<string, string, string, int?> Files => new()
    {
        { "malformed", "lab: {title: [bad\nnodes: []\n", "not valid YAML", null },
        { "not-yaml", "<topology><node id=\"0\"/></topology>\n\t- : [", "YAML", null },
        { "plain-text", "just words", "no CML topology", 1 },
        { "not-a-topology", "apiVersion: v1\nkind: Pod\n", "'nodes' is missing", 1 },
        { "empty", "", "empty", 1 },
        { "alias-bomb", Bomb(), "anchor", null },
        { "deep-block", Deep(), "nested", null },
        { "deep-flow", Head + "nodes: " + new string('[', 10_000) + new string(']', 10_000) + "\n", "nested", 4 },
        { "twice-the-id", Head + "nodes:\n  - {id: n0, label: A, node_definition: iosv}\n  - {id: n0, label: B, node_definition: iosv}\nlinks: []\n", "'n0' is used 2 times", 6 },
        { "link-to-nowhere", Head + "nodes:\n  - {id: n0, label: A, node_definition: iosv}\nlinks:\n  - {id: l0, n1: n0, n2: n7}\n", "'n7', which does not exist", 7 },
        { "open-placeholder", Head + "nodes:\n  - {id: n0, label: \"A ${CONSOLE\", node_definition: iosv}\nlinks: []\n", "placeholder", 5 },
        { "odd-placeholder", Head + "nodes:\n  - {id: n0, label: A, node_definition: iosv, tags: [\"serial:${NO-NAME}\"]}\nlinks: []\n", "placeholder", 5 },
        { "lost-placeholder", "lab:\n  title: bad ${CONSOLE}\nnodes:\n  - {id: n0, label: A, node_definition: iosv}\nlinks: []\n", "none is replaced", 2 },
    };

    [Theory, MemberData(nameof(Files))]
    public async Task Publish_BadLabFile_IsRefusedWithLineAndReason(string name, string yaml, string reason, int? line)
    {
        var problem = await (await _admin.PublishAsync(name, "1.0.0", yaml)).Refused(HttpStatusCode.BadRequest, reason);
        var error = problem["errors"]![0]!;
        Assert.False(string.IsNullOrWhiteSpace((string?)error["fix"]));
        Assert.Equal("labYaml", (string?)error["field"]);
        if (line is not null)
            Assert.Equal(line, (int?)error["line"]);
        await NothingIsThere(name);
    }

    [Fact]
    public async Task Publish_SeveralThingsWrong_NamesEachWithItsPath()
    {
        var yaml = Head + "nodes:\n  - {id: n0, label: A}\n  - {id: n1, label: B, node_definition: iosv, ram: lots}\nlinks:\n  - {n1: n9, n2: n1}\n";
        var problem = await (await _admin.PublishAsync("several", "1.0.0", yaml)).Refused(HttpStatusCode.BadRequest);
        Assert.Equal(["nodes[0].node_definition", "nodes[1].ram", "links[0].n1"], problem["errors"]!.AsArray().Select(error => (string?)error!["path"]));
    }

    [Fact]
    public async Task Publish_LabFileOver2Mb_IsTooLarge()
    {
        var yaml = Answers.Lab + "# " + new string('x', 2 * 1024 * 1024);
        await (await _admin.PublishAsync("too-large", "1.0.0", yaml)).Refused(HttpStatusCode.RequestEntityTooLarge, "2 MB");
        var asJson = $$"""{"name":"too-large","version":"1.0.0","labYaml":{{System.Text.Json.JsonSerializer.Serialize(yaml)}}}""";
        await (await _admin.SendJsonAsync("/api/v1/definitions", asJson)).Refused(HttpStatusCode.RequestEntityTooLarge);
        await NothingIsThere("too-large");
    }

    [Fact]
    public async Task Publish_JustUnder2Mb_IsTaken()
    {
        var yaml = Answers.Lab + "# " + new string('x', (2 * 1024 * 1024) - Answers.Lab.Length - 2);
        await (await _admin.PublishAsync("large", "1.0.0", yaml)).Ok(HttpStatusCode.Created);
        Assert.Equal(yaml, await _admin.GetStringAsync("/api/v1/definitions/large/versions/1.0.0/lab", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Publish_NotUtf8_IsRefused()
    {
        using var content = new ByteArrayContent([.. Encoding.UTF8.GetBytes(Answers.Lab), 0xFF, 0xFE]);
        content.Headers.ContentType = new("application/yaml");
        await (await _admin.PostAsync("/api/v1/definitions?name=latin&version=1.0.0", content, TestContext.Current.CancellationToken)).Refused(HttpStatusCode.BadRequest, "UTF-8");
    }

    [Fact]
    public async Task Publish_NoNodes_IsValidAndCannotBeReserved()
    {
        var definition = await (await _admin.PublishAsync("no-nodes", "1.0.0", Answers.LabOf(0))).Ok(HttpStatusCode.Created);
        Assert.Equal(0, (int)definition["nodeCount"]!);
        await (await _admin.SendJsonAsync("/api/v1/instances", """{"definitionId":"no-nodes"}""")).Refused(HttpStatusCode.Conflict, "no nodes");
        Assert.Empty((await _admin.ReadAsync("/api/v1/instances?definitionId=no-nodes"))["items"]!.AsArray());
    }

    private async Task NothingIsThere(string name)
    {
        await (await _admin.GetAsync($"/api/v1/definitions/{name}", TestContext.Current.CancellationToken)).Refused(HttpStatusCode.NotFound, name);
        Assert.Equal("live", (string?)(await _admin.ReadAsync("/health/live"))["status"]);
    }

    private static string Bomb() => Head + "nodes: []\nlinks: []\na0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        + string.Concat(Enumerable.Range(1, 20).Select(n => $"a{n}: &a{n} [{string.Join(", ", Enumerable.Repeat($"*a{n - 1}", 9))}]\n"));

    private static string Deep() => Head + "nodes:\n" + string.Concat(Enumerable.Range(0, 1200).Select(n => new string(' ', n) + "-\n"))
        + Head.Replace("lab", "x", StringComparison.Ordinal);
}

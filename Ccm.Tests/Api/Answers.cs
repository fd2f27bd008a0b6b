using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Ccm.Tests.Api;

/// <summary>Requests in one line, and what their answers must look like.</summary>
internal static class Answers
{
    public static readonly string Lab = LabOf(2);

    /// <summary>A chain of routers, each with a serial port of its own.</summary>
    public static string LabOf(int nodes, string title = "chain")
    {
        var chain = string.Concat(Enumerable.Range(0, nodes).Select(n =>
            $"  - id: n{n}\n    label: R{n}\n    node_definition: iosv\n    tags:\n      - serial:{5000 + n}\n    interfaces:\n      - id: i0\n      - id: i1\n"));
        var links = string.Concat(Enumerable.Range(1, Math.Max(0, nodes - 1)).Select(n => $"  - id: l{n}\n    n1: n{n - 1}\n    i1: i1\n    n2: n{n}\n    i2: i0\n"));
        return $"lab:\n  title: {title}\n  version: 0.3.0\nnodes:{(nodes == 0 ? " []" : "")}\n{chain}links:{(nodes < 2 ? " []" : "")}\n{links}";
    }

    public static Task<HttpResponseMessage> PublishAsync(this HttpClient client, string name, string version, string yaml) =>
        client.PostAsync($"/api/v1/definitions?name={name}&version={version}", Yaml(yaml), TestContext.Current.CancellationToken);

    public static StringContent Yaml(string text) => new(text, new MediaTypeHeaderValue("application/yaml"));

    public static StringContent Json(string text) => new(text, new MediaTypeHeaderValue("application/json"));

    public static Task<HttpResponseMessage> SendJsonAsync(this HttpClient client, string path, string json, string? key = null, HttpMethod? method = null)
    {
        var request = new HttpRequestMessage(method ?? HttpMethod.Post, path) { Content = Json(json) };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public static async Task<JsonNode> ReadAsync(this HttpClient client, string path) => await Ok(await client.GetAsync(path, TestContext.Current.CancellationToken));

    public static async Task<JsonNode> Ok(this HttpResponseMessage response, HttpStatusCode status = HttpStatusCode.OK)
    {
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(status == response.StatusCode, $"{(int)response.StatusCode} instead of {(int)status}: {text}");
        return JsonNode.Parse(text)!;
    }

    /// <summary>That it is problem details of this status, whose text names these things.</summary>
    public static async Task<JsonNode> Refused(this HttpResponseMessage response, HttpStatusCode status, params string[] named)
    {
        var problem = await response.Ok(status);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal((int)status, (int)problem["status"]!);
        Assert.False(string.IsNullOrWhiteSpace((string?)problem["title"]));
        foreach (var name in named)
            Assert.Contains(name, problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        return problem;
    }

    public static Task<JsonNode> PostedAsync(this HttpClient client, string path, object body) =>
        client.PostAsJsonAsync(path, body, TestContext.Current.CancellationToken).ContinueWith(task => task.Result.Ok(HttpStatusCode.Created), TaskScheduler.Default).Unwrap();
}

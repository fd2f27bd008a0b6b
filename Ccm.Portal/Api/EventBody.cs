using System.Text.Json;
using System.Text.Json.Nodes;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;

namespace Ccm.Portal.Api;

/// <summary>
/// Reads CloudEvents 1.0 over HTTP: the whole event as the body (structured mode), or its data as the body and all else in <c>ce-</c>
/// headers (binary mode). Attributes and data that CCM does not know are let be: platforms send more than CCM needs.
/// </summary>
internal static class EventBody
{
    private const int Most = 256 * 1024;
    private const int LongestText = 500;
    private const string Structured = "application/cloudevents+json";
    private const string HeaderPrefix = "ce-";
    private const string SubjectPrefix = "instances/";

    /// <exception cref="RefusedException">Everything that is wrong with it, by field.</exception>
    public static async Task<(AssessmentEvent Told, Operation Operation)> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var text = await RawBody.ReadAsync(request, Most, cancellationToken);
        var binary = !RawBody.Is(request, Structured) && request.Headers.Keys.Any(IsAttribute);
        if (!RawBody.Is(request, Structured, "application/json") && !(binary && text.Length == 0))
            throw new BadHttpRequestException($"The body is not declared as a CloudEvent. Send one event with 'Content-Type: {Structured}', or its data as application/json with ce- headers.", StatusCodes.Status415UnsupportedMediaType);
        return JsonBody.Understood(() =>
        {
            using var document = JsonDocument.Parse(binary ? FromHeaders(request.Headers, text) : text, new JsonDocumentOptions { MaxDepth = ApiJson.MaxDepth, AllowDuplicateProperties = false });
            return Read(document.RootElement);
        });
    }

    private static string FromHeaders(IHeaderDictionary headers, string data)
    {
        var whole = new JsonObject();
        foreach (var (name, values) in headers.Where(header => IsAttribute(header.Key)))
            whole[name[HeaderPrefix.Length..].ToLowerInvariant()] = Uri.UnescapeDataString(values.ToString());
        if (data.Length > 0)
            whole["data"] = JsonNode.Parse(data, documentOptions: new JsonDocumentOptions { MaxDepth = ApiJson.MaxDepth, AllowDuplicateProperties = false });
        return whole.ToJsonString();
    }

    private static (AssessmentEvent, Operation) Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw new RefusedException(RefusalKind.Invalid, new Problem(null, "The body is no JSON object.", "Send one event; batches are not taken."));
        var problems = new List<Problem>();
        if (Text(root, "specversion", problems) is { Length: > 0 } version && version != "1.0")
            problems.Add(new Problem("specversion", $"CloudEvents {version} is not spoken here.", "Send specversion 1.0."));
        var (source, id, type) = (Text(root, "source", problems), Text(root, "id", problems), Text(root, "type", problems));
        if (root.TryGetProperty("data_base64", out _))
            problems.Add(new Problem("data_base64", "Data in base64 is not read.", "Send a JSON object as 'data'."));
        var data = root.TryGetProperty("data", out var given) && given.ValueKind != JsonValueKind.Null ? given : default;
        if (data.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Object))
        {
            problems.Add(new Problem("data", $"'data' is {JsonWords.Shown(data)}.", "Give an object."));
            data = default;
        }
        var instanceId = InstanceOf(root, data, problems);
        AssessmentEvent? told = null;
        if (type == EventTypes.CollectionCompleted)
            told = new AssessmentEvent.CollectionCompleted(source, id, instanceId);
        else if (type == EventTypes.GradingCompleted)
            told = new AssessmentEvent.GradingCompleted(source, id, instanceId, Number(data, "score", true, problems) ?? 0, Number(data, "maxScore", false, problems), Flag(data, "passed", problems));
        else if (type.Length > 0)
            problems.Add(new Problem("type", $"'{type}' is no type that CCM takes.", $"Types are {EventTypes.CollectionCompleted} and {EventTypes.GradingCompleted}."));
        if (problems.Count > 0 || told is null)
            throw new RefusedException(RefusalKind.Invalid, [.. problems]);
        return (told, Operation.OfEvent(source, id, $"{type}\n{instanceId}\n{SortedJson.Text(data)}"));
    }

    /// <summary>Empty when it is wrong, which is then among the problems.</summary>
    private static string Text(JsonElement of, string name, List<Problem> problems)
    {
        if (!of.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            problems.Add(new Problem(name, $"'{name}' is missing.", "Give the attributes specversion, id, source, type and subject."));
        else if (value.ValueKind != JsonValueKind.String || value.GetString() is not { Length: > 0 and <= LongestText } text || text.Any(char.IsControl))
            problems.Add(new Problem(name, $"'{name}' is {JsonWords.Shown(value)}.", $"Give text of 1 to {LongestText} characters, without control characters."));
        else
            return text;
        return "";
    }

    /// <summary>By <c>data.instanceId</c> or the subject; a subject that is about something else of the platform's is let be.</summary>
    private static string InstanceOf(JsonElement root, JsonElement data, List<Problem> problems)
    {
        var named = data.ValueKind == JsonValueKind.Object && data.TryGetProperty("instanceId", out var value) && value.ValueKind != JsonValueKind.Null;
        var byData = named ? Text(data, "instanceId", problems) : "";
        if (named && !root.TryGetProperty("subject", out _))
            return byData;
        var subject = Text(root, "subject", problems);
        var bySubject = subject.StartsWith(SubjectPrefix, StringComparison.Ordinal) ? subject[SubjectPrefix.Length..] : null;
        if (named && bySubject is not null && bySubject != byData)
            problems.Add(new Problem("subject", $"The subject names instance '{bySubject}', data.instanceId '{byData}'.", "Name the same one, or only one."));
        if (!named && subject.Length > 0 && string.IsNullOrEmpty(bySubject))
            problems.Add(new Problem("subject", $"'{subject}' names no instance.", $"Give '{SubjectPrefix}{{id}}'."));
        return named ? byData : bySubject ?? "";
    }

    private static decimal? Number(JsonElement data, string name, bool required, List<Problem> problems)
    {
        if (data.ValueKind != JsonValueKind.Object || !data.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            if (required)
                problems.Add(new Problem($"data.{name}", $"'data.{name}' is missing.", "Give the score as a number."));
            return null;
        }
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number))
            return number;
        problems.Add(new Problem($"data.{name}", $"'data.{name}' is {JsonWords.Shown(value)}.", "Give a number from 0 to 1000000, not as text."));
        return null;
    }

    private static bool? Flag(JsonElement data, string name, List<Problem> problems)
    {
        if (data.ValueKind != JsonValueKind.Object || !data.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            problems.Add(new Problem($"data.{name}", $"'data.{name}' is {JsonWords.Shown(value)}.", "Give true or false, or leave it out."));
        return value.ValueKind == JsonValueKind.True;
    }

    private static bool IsAttribute(string header) => header.StartsWith(HeaderPrefix, StringComparison.OrdinalIgnoreCase);
}

using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ccm.Engine.Control;

namespace Ccm.Portal.Api;

/// <summary>A request's JSON body, and its text for telling repeated requests apart.</summary>
internal sealed record JsonBody<T>(T Value, string Text);

/// <summary>A request without fields.</summary>
internal sealed record NoFields;

/// <summary>Reads JSON bodies strictly: whatever is not understood is refused, all of it at once and by name, never ignored.</summary>
internal static class JsonBody
{
    private const int UsualMost = 64 * 1024;

    /// <summary>Told at once: a body of nothing but unknown fields would else make an answer of many times its length.</summary>
    private const int MostProblems = 20;

    /// <summary>The body; with <paramref name="optional"/> an absent one reads as <c>{}</c>.</summary>
    /// <exception cref="RefusedException">Each field that is wrong, with its path and what would be right.</exception>
    public static async Task<JsonBody<T>> ReadAsync<T>(HttpRequest request, CancellationToken cancellationToken, bool optional = false, int most = UsualMost)
        where T : class
    {
        var text = await RawBody.ReadAsync(request, most, cancellationToken);
        if (optional && text.Length == 0)
            return new JsonBody<T>(JsonSerializer.Deserialize<T>("{}", ApiJson.Bodies)!, "");
        if (!RawBody.Is(request, "application/json"))
            throw new BadHttpRequestException("The body is not declared as JSON. Send it with 'Content-Type: application/json'.", StatusCodes.Status415UnsupportedMediaType);
        return new JsonBody<T>(Understood(() => Parse<T>(text)), text);
    }

    /// <summary>What <paramref name="read"/> makes of JSON; what is none is refused by its line.</summary>
    public static T Understood<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (JsonException exception)
        {
            throw new RefusedException(RefusalKind.Invalid, new Problem(Field(exception.Path),
                $"The body is no JSON that is understood here (line {exception.LineNumber + 1}): {FirstSentence(exception.Message)}",
                $"Send one JSON object, nested at most {ApiJson.MaxDepth} deep."));
        }
        catch (InvalidOperationException)
        {
            // The reader's word for half a surrogate pair, which JSON lets one write but which is no text.
            throw new RefusedException(RefusalKind.Invalid, new Problem(null, "The body holds an escape that is no Unicode character.", "Write surrogates in pairs."));
        }
    }

    private static T Parse<T>(string text) where T : class
    {
        using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = ApiJson.MaxDepth });
        var problems = new List<Problem>();
        if (document.RootElement.ValueKind == JsonValueKind.Object)
            CheckObject(document.RootElement, ApiJson.Bodies.GetTypeInfo(typeof(T)), "", problems);
        else
            problems.Add(new Problem(null, "The body is no JSON object.", "Send an object, as in {\"name\": …}."));
        if (problems.Count > 0)
            throw new RefusedException(RefusalKind.Invalid, [.. problems]);
        return document.RootElement.Deserialize<T>(ApiJson.Bodies)!;
    }

    private static void CheckObject(JsonElement element, JsonTypeInfo type, string prefix, List<Problem> problems)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            if (problems.Count >= MostProblems)
                return;
            var field = prefix + (member.Name.Length > 80 ? member.Name[..80] + "…" : member.Name);
            if (!seen.Add(member.Name))
                problems.Add(new Problem(field, $"'{field}' is given twice.", "Keep one of the two."));
            else if (type.Properties.FirstOrDefault(property => property.Name == member.Name) is not { } property)
                problems.Add(new Problem(field, $"'{field}' is no field of this request.", type.Properties.Count == 0 ? "Send no fields."
                    : $"Fields are {string.Join(", ", type.Properties.Select(p => p.Name))}."));
            else
                CheckValue(member.Value, property, field, problems);
        }
        foreach (var missing in type.Properties.Where(property => property.IsRequired && !seen.Contains(property.Name)))
            problems.Add(new Problem(prefix + missing.Name, $"'{prefix}{missing.Name}' is missing.", $"Give {JsonWords.Of(missing.PropertyType)}."));
    }

    private static void CheckValue(JsonElement value, JsonPropertyInfo property, string field, List<Problem> problems)
    {
        if (value.ValueKind == JsonValueKind.Null && !property.IsSetNullable)
            problems.Add(new Problem(field, $"'{field}' is null.", $"Give {JsonWords.Of(property.PropertyType)}{(property.IsRequired ? "" : ", or leave it out")}."));
        else if (value.ValueKind == JsonValueKind.Object && ApiJson.Bodies.GetTypeInfo(property.PropertyType) is { Kind: JsonTypeInfoKind.Object } nested)
            CheckObject(value, nested, field + ".", problems);
        else if (!Fits(value, property.PropertyType))
            problems.Add(new Problem(field, $"'{field}' is {JsonWords.Shown(value)}.", $"Give {JsonWords.Of(property.PropertyType)}."));
    }

    private static bool Fits(JsonElement value, Type type)
    {
        try
        {
            value.Deserialize(type, ApiJson.Bodies);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string? Field(string? path) => path is null or "$" or "" ? null : path.TrimStart('$', '.');

    private static string FirstSentence(string message) => message.Split(" Path:", 2)[0].Split(" LineNumber:", 2)[0];
}

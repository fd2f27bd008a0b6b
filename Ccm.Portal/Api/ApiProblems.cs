using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using Ccm.Engine.Control;
using Ccm.Engine.Labs;

namespace Ccm.Portal.Api;

/// <summary>An error as RFC 9457 writes it.</summary>
/// <param name="Type">Stable, for programs: <c>urn:ccm:problem:{kind}</c>.</param>
/// <param name="Detail">What is wrong and what would be right, in one text.</param>
/// <param name="Errors">The same one by one, each with the field it is about.</param>
internal sealed record ApiProblem(string Type, string Title, int Status, string Detail, ImmutableArray<ApiError> Errors)
{
    /// <summary>The numbers behind a refusal by the forecast, and free slots; absent from any other problem.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ShortageView? Forecast { get; init; }
}

/// <param name="Field">Of the request, camelCase; null when it is about the whole.</param>
/// <param name="Line">Of a lab file, from 1.</param>
/// <param name="Path">In a lab file, as <c>nodes[3].id</c>.</param>
internal sealed record ApiError(string? Field, string Reason, string Fix, int? Line = null, string? Path = null);

/// <summary>Which answer each refusal is.</summary>
internal static class ApiProblems
{
    public const string MediaType = "application/problem+json";

    /// <summary>Null: not a refusal but a fault of ours.</summary>
    public static ApiProblem? Of(Exception exception) => exception switch
    {
        RefusedException refused => Of(StatusOf(refused.Kind), exception.Message, [.. refused.Problems.Select(problem => new ApiError(problem.Field, problem.Reason, problem.Fix))])
            with { Forecast = refused.Shortage is { } shortage ? ShortageView.Of(shortage) : null },
        LabRefusedException lab => Of(StatusCodes.Status400BadRequest, exception.Message,
            [.. lab.Problems.Select(problem => new ApiError("labYaml", problem.Reason, problem.Fix, problem.Line, problem.Path))]),
        BadHttpRequestException bad => Of(bad.StatusCode, bad.Message, []),
        _ => null,
    };

    public static ApiProblem Fault() => Of(StatusCodes.Status500InternalServerError, "CCM failed to carry out the request; its log says why. Nothing is known to be changed.", []);

    /// <summary>For an answer that so far is only a status.</summary>
    public static ApiProblem OfStatus(HttpContext http) => Of(http.Response.StatusCode, http.Response.StatusCode switch
    {
        StatusCodes.Status401Unauthorized => "The request carries no valid token. Send 'Authorization: Bearer …' with a token of the identity provider.",
        StatusCodes.Status403Forbidden => "The token's roles do not allow this. Ask for a role that does.",
        StatusCodes.Status404NotFound => $"There is nothing at '{Short(http.Request.Path)}'. /openapi/v1.json lists what there is.",
        StatusCodes.Status405MethodNotAllowed => $"{http.Request.Method} is not done to '{Short(http.Request.Path)}'. Allowed are: {http.Response.Headers.Allow}.",
        StatusCodes.Status415UnsupportedMediaType => $"Bodies of type '{Short(http.Request.ContentType ?? "")}' are not taken here. Send 'Content-Type: application/json'; a lab file goes to /api/v1/definitions as application/yaml.",
        var status => $"The request was answered with {status.ToString(CultureInfo.InvariantCulture)}.",
    }, []);

    public static async Task WriteAsync(HttpContext http, ApiProblem problem)
    {
        http.Response.StatusCode = problem.Status;
        if (problem.Status == StatusCodes.Status503ServiceUnavailable)
            http.Response.Headers.RetryAfter = "5";
        await http.Response.WriteAsJsonAsync(problem, ApiJson.Answers, MediaType, http.RequestAborted);
    }

    private static ApiProblem Of(int status, string detail, ImmutableArray<ApiError> errors)
    {
        var (kind, title) = status switch
        {
            400 => ("invalid", "The request is wrong"),
            401 => ("unauthenticated", "Not signed in"),
            403 => ("forbidden", "Not allowed"),
            404 => ("not-found", "Not found"),
            405 => ("method", "Method not allowed"),
            409 => ("conflict", "The present state does not allow it"),
            413 => ("too-large", "The body is too large"),
            415 => ("media-type", "Media type not supported"),
            501 => ("not-implemented", "Not there yet"),
            503 => ("unavailable", "Not available now"),
            >= 500 => ("fault", "CCM failed"),
            _ => ("refused", "Refused"),
        };
        return new ApiProblem($"urn:ccm:problem:{kind}", title, status, detail, errors);
    }

    private static int StatusOf(RefusalKind kind) => kind switch
    {
        RefusalKind.Invalid => 400,
        RefusalKind.Forbidden => 403,
        RefusalKind.NotFound => 404,
        RefusalKind.Conflict => 409,
        RefusalKind.Unavailable => 503,
        RefusalKind.NotImplemented => 501,
        _ => 500,
    };

    private static string Short(string text) => text.Length > 200 ? text[..200] + "…" : text;
}

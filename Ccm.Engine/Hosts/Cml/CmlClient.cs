using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Ccm.Engine.Hosts.Cml;

/// <summary>
/// One CML's REST interface. Keeps a token and gets one new one when it is refused. What is no answer of CML's, silence and garbage alike, is
/// <see cref="HostUnreachableException"/>; what CML refuses is <see cref="HostRefusedException"/>, in its own words.
/// </summary>
internal sealed class CmlClient : IDisposable
{
    private const int LargestAnswer = 4 * 1024 * 1024;
    private const int LongestToken = 8 * 1024;
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ReadPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ActPatience = TimeSpan.FromSeconds(60);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    };

    private readonly string _setting;
    private readonly CmlHostOptions _options;
    private readonly TimeProvider _time;
    private readonly CmlTrust _trust;
    private readonly HttpClient _http;
    private volatile string? _token;

    /// <param name="setting">As <c>Ccm:Hosts:Static:lab-1</c>; named where it must be changed.</param>
    /// <exception cref="ArgumentException">Its CaFile cannot be used.</exception>
    public CmlClient(string setting, CmlHostOptions options, TimeProvider time)
    {
        _setting = setting;
        _options = options;
        _time = time;
        _trust = new CmlTrust(setting, options);
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = ConnectPatience, PooledConnectionLifetime = TimeSpan.FromMinutes(5), SslOptions = _trust.Settings(),
        })
        {
            BaseAddress = new Uri(new Uri(options.Url), "/api/v0/"), Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = LargestAnswer,
        };
    }

    /// <summary>Where people reach the host.</summary>
    public string Address => new Uri(_options.Url).Host;

    /// <param name="path">Below <c>/api/v0/</c>.</param>
    public async Task<T> GetAsync<T>(string path, CancellationToken cancellationToken) =>
        Known<T>(path, await SendSignedInAsync(HttpMethod.Get, path, null, ReadPatience, cancellationToken));

    /// <summary>The same, and the type's default where CML knows no such thing.</summary>
    public async Task<T?> FindAsync<T>(string path, CancellationToken cancellationToken)
    {
        var answer = await SendSignedInAsync(HttpMethod.Get, path, null, ReadPatience, cancellationToken);
        return answer.Status == HttpStatusCode.NotFound ? default : Known<T>(path, answer);
    }

    /// <summary>Needs no sign-in.</summary>
    public async Task<T> GetOpenlyAsync<T>(string path, CancellationToken cancellationToken) =>
        Known<T>(path, await SendAsync(HttpMethod.Get, path, null, null, ReadPatience, cancellationToken));

    public async Task PutAsync(string path, CancellationToken cancellationToken) =>
        Done(path, await AskAsync(HttpMethod.Put, path, null, ActPatience, cancellationToken));

    public async Task<T> PostYamlAsync<T>(string path, string yaml, CancellationToken cancellationToken) =>
        Read<T>(path, await AskAsync(HttpMethod.Post, path, () => new StringContent(yaml, System.Text.Encoding.UTF8, "application/yaml"), ActPatience, cancellationToken));

    /// <summary>What is not there is deleted.</summary>
    public async Task DeleteAsync(string path, CancellationToken cancellationToken)
    {
        var answer = await SendSignedInAsync(HttpMethod.Delete, path, null, ActPatience, cancellationToken);
        if (answer.Status != HttpStatusCode.NotFound)
            Done(path, Accept(answer));
    }

    public void Dispose() => _http.Dispose();

    /// <summary>It answers, and what it says is not what CML says.</summary>
    public HostUnreachableException Garbage(string path, string what) => new($"{_options.Url} answers /api/v0/{path} with {what}: see that {_setting}:{nameof(_options.Url)} names a CML, and no proxy's page.");

    private async Task<Answer> AskAsync(HttpMethod method, string path, Func<HttpContent>? body, TimeSpan patience, CancellationToken cancellationToken) =>
        Accept(await SendSignedInAsync(method, path, body, patience, cancellationToken));

    private async Task<Answer> SendSignedInAsync(HttpMethod method, string path, Func<HttpContent>? body, TimeSpan patience, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(method, path, body, _token ?? await SignInAsync(cancellationToken), patience, cancellationToken);
        // Tokens run out. Once: a host that refuses its own new token would else be asked for ever.
        return answer.Status == HttpStatusCode.Unauthorized
            ? await SendAsync(method, path, body, await SignInAsync(cancellationToken), patience, cancellationToken) : answer;
    }

    /// <summary>What CML says of a refused sign-in is not repeated: it could hold what was sent.</summary>
    private async Task<string> SignInAsync(CancellationToken cancellationToken)
    {
        _token = null;
        var password = _options.PasswordFile.Length > 0 ? await ReadPasswordAsync(cancellationToken) : _options.Password;
        var answer = await SendAsync(HttpMethod.Post, "authenticate", () => JsonContent.Create(new { username = _options.Username, password }), null, ReadPatience, cancellationToken);
        if (answer.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.BadRequest)
            throw new HostUnreachableException($"{_options.Url} does not let CCM in: see {_setting}:{nameof(_options.Username)} and the password there.");
        if ((int)answer.Status is < 200 or > 299)
            throw new HostUnreachableException($"{_options.Url} answers the sign-in with {(int)answer.Status}.");
        var token = Read<string>("authenticate", answer);
        if (token.Length is 0 or > LongestToken || !token.All(c => c is > ' ' and < (char)127))
            throw Garbage("authenticate", "no token");
        return _token = token;
    }

    private async Task<string> ReadPasswordAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await File.ReadAllTextAsync(_options.PasswordFile, cancellationToken)).TrimEnd('\r', '\n');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new HostUnreachableException($"{_setting}:{nameof(_options.PasswordFile)} cannot be read: {exception.Message}", exception);
        }
    }

    private async Task<Answer> SendAsync(HttpMethod method, string path, Func<HttpContent>? body, string? token, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var request = new HttpRequestMessage(method, path) { Content = body?.Invoke() };
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        try
        {
            using var response = await _http.SendAsync(request, either.Token);
            return new Answer(response.StatusCode, await response.Content.ReadAsByteArrayAsync(either.Token));
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HostUnreachableException($"{_options.Url} did not answer within {(limit.IsCancellationRequested ? patience : ConnectPatience).TotalSeconds} s.", exception);
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw Garbage(path, $"more than {LargestAnswer / 1024 / 1024} MB");
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            throw new HostUnreachableException($"{_options.Url} is not believed: {_trust.Refused ?? exception.Message}", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new HostUnreachableException($"{_options.Url} does not answer: {exception.Message}", exception);
        }
    }

    /// <summary>A question that is refused leaves its answer unknown, and is nobody's failed attempt.</summary>
    private T Known<T>(string path, Answer answer)
    {
        try
        {
            return Read<T>(path, Accept(answer));
        }
        catch (HostRefusedException exception)
        {
            throw new HostUnreachableException($"{_options.Url} does not answer /api/v0/{path}. {exception.Message}", exception);
        }
    }

    /// <summary>The answer if it is one that CML carried something out with.</summary>
    private Answer Accept(Answer answer)
    {
        switch ((int)answer.Status)
        {
            case >= 200 and <= 299:
                return answer;
            case 401:
                throw new HostUnreachableException($"{_options.Url} refuses the token that it has just given: see its clock and {_setting}:{nameof(_options.Username)}.");
            case 408 or 429 or 502 or 503 or 504:
                throw new HostUnreachableException($"{_options.Url} answers {(int)answer.Status}: {CmlWords.Of(answer.Body)}");
            case >= 400:
                throw new HostRefusedException($"CML refuses ({(int)answer.Status}): {CmlWords.Of(answer.Body)}");
            default:
                throw new HostUnreachableException($"{_options.Url} answers {(int)answer.Status}, which CML does not: see that {_setting}:{nameof(_options.Url)} names the CML itself.");
        }
    }

    /// <summary>CML answers an act with nothing, or with one word; whoever says more has not carried it out.</summary>
    private void Done(string path, Answer answer)
    {
        if (answer.Body.Length > 0)
            Read<string>(path, answer);
    }

    private T Read<T>(string path, Answer answer)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(answer.Body, Json) ?? throw Garbage(path, "nothing");
        }
        catch (JsonException)
        {
            throw Garbage(path, "something else than CML does");
        }
    }

    private sealed record Answer(HttpStatusCode Status, byte[] Body);
}

using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net.Http.Headers;
using Ccm.Tests.Api;

namespace Ccm.Tests.Faults;

/// <summary>A replica as callers know it.</summary>
internal sealed record Door(string Replica, Uri Address);

/// <summary>
/// Sends calls and writes down what came of each attempt. After an unknown outcome the same call goes, with its key, to any replica
/// again, until it is answered.
/// </summary>
/// <param name="tokens">By role.</param>
internal sealed class CallSender(ImmutableArray<Door> doors, IReadOnlyDictionary<string, string> tokens) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(40);
    private readonly HttpClient _client = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromSeconds(5), ConnectTimeout = TimeSpan.FromSeconds(1) }) { Timeout = Patience };
    private readonly ConcurrentQueue<CallRecord> _ended = new();
    private int _number;

    public ImmutableArray<CallRecord> Ended => [.. _ended];

    public int NextNumber() => Interlocked.Increment(ref _number);

    /// <summary>The call with its attempts once one is answered, or after 40 s without.</summary>
    /// <param name="first">Who is asked first; null: any.</param>
    public async Task<CallRecord> SendAsync(Call call, Random random, Door? first = null)
    {
        var began = TimeProvider.System.GetTimestamp();
        var attempts = ImmutableArray.CreateBuilder<Attempt>();
        while (true)
        {
            var door = first is not null && attempts.Count == 0 ? first : doors[random.Next(doors.Length)];
            attempts.Add(await TryAsync(call, door));
            if (attempts[^1].Known != Known.Unknown || TimeProvider.System.GetElapsedTime(began) > Longest)
                break;
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(50, 100 + (50 * Math.Min(attempts.Count, 8)))), TimeProvider.System);
        }
        var record = new CallRecord(call, attempts.ToImmutable());
        _ended.Enqueue(record);
        return record;
    }

    /// <summary>A question that belongs to no history; null when it was not answered well.</summary>
    public async Task<string?> AskAsync(string path, Door door)
    {
        var attempt = await TryAsync(new Call(0, CallKind.Read, Roles.Admin, "GET", path, ""), door);
        return attempt.Known == Known.Acknowledged ? attempt.Answer : null;
    }

    public void Dispose() => _client.Dispose();

    private async Task<Attempt> TryAsync(Call call, Door door)
    {
        var sent = TimeProvider.System.GetUtcNow();
        try
        {
            using var request = new HttpRequestMessage(new HttpMethod(call.Method), new Uri(door.Address, call.Path));
            if (call.Body.Length > 0)
                request.Content = call.Kind == CallKind.Publish ? Answers.Yaml(call.Body) : Answers.Json(call.Body);
            if (call.Role.Length > 0)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", tokens[call.Role]);
            if (call.IsMutation)
                request.Headers.Add("Idempotency-Key", call.Key);
            using var response = await _client.SendAsync(request);
            return new Attempt(door.Replica, sent, TimeProvider.System.GetUtcNow(), (int)response.StatusCode, await response.Content.ReadAsStringAsync());
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
        {
            return new Attempt(door.Replica, sent, TimeProvider.System.GetUtcNow(), 0, exception.Message);
        }
    }
}

/// <summary>Names of the tokens' roles.</summary>
internal static class Roles
{
    public const string Admin = "admin";
    public const string Operator = "operator";
    public const string User = "user";
    public const string Viewer = "viewer";
    public const string Nobody = "";

    public static readonly ImmutableArray<string> All = [Admin, Operator, User, Viewer];
}

using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Ccm.Engine.Control;

namespace Ccm.Tests.Faults;

internal enum CallKind { Reserve, Cancel, Stop, Start, Extend, Publish, Drain, CancelDrain, Read, Forbidden }

/// <summary>What is known of a call once its last attempt is over.</summary>
internal enum Known { Acknowledged, Refused, Unknown }

/// <summary>One thing that somebody asks for, however many attempts it takes: each has the same key, body and caller.</summary>
/// <param name="Role">Whose token it shows; empty: none.</param>
/// <param name="Path">With its query.</param>
/// <param name="Subject">The id of the instance or worker, or the definition's name; null where the call makes one.</param>
internal sealed record Call(int Number, CallKind Kind, string Role, string Method, string Path, string Body, string? Subject = null)
{
    public bool IsMutation => Method != "GET";

    public string Key => $"call-{Number}";

    /// <summary>Who asks, as the portal learns it from the token.</summary>
    public string Caller => CallerOf(Role);

    /// <summary>The operation that the portal must make of every attempt.</summary>
    public string OperationId => Operation.Keyed(Caller, Method, Path.Split('?')[0], Key, $"{(Path.Contains('?', StringComparison.Ordinal) ? Path[Path.IndexOf('?', StringComparison.Ordinal)..] : "")}\n{Body}").Id;

    public static string CallerOf(string role) => $"{role}-1";
}

/// <param name="Replica">Who was asked.</param>
/// <param name="Status">Of the answer; 0 when none came.</param>
/// <param name="Answer">Its body, or why none came.</param>
internal sealed record Attempt(string Replica, DateTimeOffset Sent, DateTimeOffset Ended, int Status, string Answer)
{
    public Known Known => Status switch
    {
        >= 200 and < 300 => Known.Acknowledged,
        >= 400 and < 500 => Known.Refused,
        _ => Known.Unknown,
    };

    public override string ToString() => $"{Replica} {Sent:mm:ss.fff}–{Ended:ss.fff} {Status}";

    /// <summary>No answer, or one that says that a store is away, is what an outage may cost; nothing else is.</summary>
    public bool IsFault => Known == Known.Unknown && Status is not (0 or (int)HttpStatusCode.ServiceUnavailable);
}

/// <summary>A call with its attempts, in order. Only the last may have told the caller anything.</summary>
internal sealed record CallRecord(Call Call, ImmutableArray<Attempt> Attempts)
{
    public Known Known => Attempts.IsEmpty ? Known.Unknown : Attempts[^1].Known;

    public DateTimeOffset Sent => Attempts[0].Sent;

    public DateTimeOffset Ended => Attempts[^1].Ended;

    /// <summary>A text field of the answer.</summary>
    public string? Told(string field) => Known == Known.Acknowledged && JsonDocument.Parse(Attempts[^1].Answer).RootElement.TryGetProperty(field, out var value) ? value.GetString() : null;

    public override string ToString() => $"call {Call.Number} ({Call.Kind} {Call.Path}, operation {Call.OperationId[..8]}, {string.Join(", ", Attempts)})";
}

/// <summary>Something that was done to the system from outside.</summary>
/// <param name="Vacant">Leader keys whose holder it took away.</param>
/// <param name="LeaderWithin">So soon another must hold them.</param>
/// <param name="ServiceWithin">A lab reserved afterwards must be placed so soon; null: this is not where service comes back.</param>
internal sealed record FaultMark(DateTimeOffset At, string What, ImmutableArray<string> Vacant, TimeSpan LeaderWithin, TimeSpan? ServiceWithin);

using System.Globalization;
using System.Text.Json;
using Ccm.Engine.Auditing;
using Ccm.Engine.Documents;

namespace Ccm.Portal.Api;

/// <summary>A CloudEvent 1.0 of CCM.</summary>
/// <param name="Actor">Who caused it; <c>ccm/{part}</c> is the engine itself.</param>
/// <param name="Data">Reason, and before and after of each field that changed.</param>
/// <param name="Revision">Of the state store, at which it was committed.</param>
/// <param name="Sequence">Its place in the audit chain; null while it still waits to be written there.</param>
internal sealed record EventView(
    string Id, string Source, string Specversion, string Type, string Subject, DateTimeOffset Time, string Actor, JsonElement Data,
    string OperationId, long Revision, long? Sequence, string? PreviousHash, string? Hash)
{
    private const string Ccm = "/ccm";
    private const string CloudEvents = "1.0";

    public static EventView Of(AuditEvent audited) => new(
        audited.Id, Ccm, CloudEvents, audited.Type, audited.Subject, audited.Time, audited.Actor, audited.Data,
        audited.OperationId, audited.Revision, audited.Sequence, audited.PreviousHash, audited.Hash);

    /// <param name="number">Of the event within its operation, as the audit chain numbers them.</param>
    public static EventView OfWaiting(OutboxEntry entry, int number, long revision)
    {
        var waiting = entry.Events[number];
        return new EventView(string.Create(CultureInfo.InvariantCulture, $"{entry.OperationId}-{number}"), Ccm, CloudEvents,
            waiting.Type, waiting.Subject, waiting.Time, waiting.Actor, waiting.Data, entry.OperationId, revision, null, null, null);
    }
}

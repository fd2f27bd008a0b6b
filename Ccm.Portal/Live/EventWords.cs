using System.Text.Json;
using Ccm.Engine.Documents;

namespace Ccm.Portal.Live;

/// <summary>How events of the audit trail are shown.</summary>
internal static class EventWords
{
    private static readonly string[] WithPages = ["instances/", "workers/", "definitions/"];

    /// <summary>The type without what all have in common.</summary>
    public static string Short(string type) => type.StartsWith("ccm.", StringComparison.Ordinal) ? type[4..] : type;

    /// <summary>Empty when it tells none.</summary>
    public static string Reason(AuditEvent audited) => audited.Data is { ValueKind: JsonValueKind.Object } data
        && data.TryGetProperty("reason", out var reason) && reason.ValueKind == JsonValueKind.String ? reason.GetString() ?? "" : "";

    /// <summary>The page of what it is about; null when that has none.</summary>
    public static string? Page(string subject) => WithPages.Any(kind => subject.StartsWith(kind, StringComparison.Ordinal)) ? $"/{subject}" : null;
}

using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ccm.Engine.Control;
using Ccm.Engine.Documents;
using Ccm.Engine.Domain;

namespace Ccm.Portal.Api;

/// <summary>An instance whose keys have been removed, put together again from what its events say changed.</summary>
internal static class PastInstance
{
    /// <param name="newestFirst">All events of the instance.</param>
    /// <returns>Null when they do not tell all of it: it never was, or the trail has expired.</returns>
    public static LabletInstance? Of(ImmutableArray<AuditEvent> newestFirst)
    {
        if (newestFirst.IsEmpty)
            return null;
        var fields = new JsonObject();
        foreach (var change in newestFirst.SelectMany(ChangesOf).Where(change => !fields.ContainsKey(change.Field)))
            fields[change.Field] = change.After?.DeepClone();
        try
        {
            return fields.Deserialize<LabletInstance>(DomainJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static FieldChange[] ChangesOf(AuditEvent audited) =>
        audited.Data.ValueKind == JsonValueKind.Object && audited.Data.TryGetProperty("changes", out var changes)
            ? changes.Deserialize<FieldChange[]>(DomainJson.Options) ?? [] : [];
}

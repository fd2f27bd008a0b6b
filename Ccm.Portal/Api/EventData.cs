using System.Collections.Immutable;
using System.Text.Json;
using Ccm.Engine.Documents;

namespace Ccm.Portal.Api;

/// <summary>What an event's data says beside the changes; empty where it says nothing.</summary>
/// <param name="ActorName">The name that the actor had then; their id when it is not told.</param>
/// <param name="ActorRoles">As what they acted.</param>
public sealed record EventData(string Reason, string ActorName, ImmutableArray<string> ActorRoles)
{
    public static EventData Of(AuditEvent audited) => new(Text(audited.Data, "reason") ?? "", Text(audited.Data, "actorName") ?? audited.Actor,
        Find(audited.Data, "actorRoles") is { ValueKind: JsonValueKind.Array } roles ? [.. roles.EnumerateArray().Select(role => role.ToString())] : []);

    private static string? Text(JsonElement data, string name) => Find(data, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static JsonElement? Find(JsonElement data, string name) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty(name, out var value) ? value : null;
}

using System.Collections.Immutable;
using System.Text.Json;
using Ccm.Engine.Documents;
using Ccm.Engine.Domain;

namespace Ccm.Portal.Api;

/// <summary>What an event's data says beside the changes; empty where it says nothing.</summary>
/// <param name="ActorName">The name that the actor had then; their id when it is not told.</param>
/// <param name="ActorRoles">As what they acted.</param>
/// <param name="IsEngine">It was a part of CCM and nobody else.</param>
/// <param name="ByRest">It was asked by the REST interface. False says nothing of an event of before that was told: then only one that may be repeated shows it.</param>
public sealed record EventData(string Reason, string ActorName, ImmutableArray<string> ActorRoles, bool IsEngine, bool ByRest)
{
    public static EventData Of(AuditEvent audited) => new(Text(audited.Data, "reason") ?? "", Text(audited.Data, "actorName") ?? audited.Actor,
        Find(audited.Data, "actorRoles") is { ValueKind: JsonValueKind.Array } roles ? [.. roles.EnumerateArray().Select(role => role.ToString())] : [],
        Actor.IsEngineId(audited.Actor), Text(audited.Data, "via") == "rest" || Find(audited.Data, "requestHash") is not null);

    private static string? Text(JsonElement data, string name) => Find(data, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static JsonElement? Find(JsonElement data, string name) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty(name, out var value) ? value : null;
}

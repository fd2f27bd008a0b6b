using System.Text.Json;
using System.Text.Json.Nodes;
using Ccm.Engine.Control;
using Ccm.Engine.Documents;
using Ccm.Engine.Domain;
using Ccm.Portal.Api;
using Ccm.Portal.Live;
using MudBlazor;

namespace Ccm.Portal.Components.Shared.Events;

/// <summary>Events in words that a person would use.</summary>
internal static class EventWords
{
    /// <summary>Kinds of objects as they begin a subject, and as they are called.</summary>
    public static readonly (string Kind, string Name, string Icon)[] Kinds =
    [
        ("instances", "Instances", Icons.Material.Outlined.Lan), ("workers", "Workers", Icons.Material.Outlined.Dns), ("definitions", "Definitions", Icons.Material.Outlined.AccountTree),
        ("templates", "Templates", Icons.Material.Outlined.ViewModule), ("leaders", "Leaders", Icons.Material.Outlined.MilitaryTech), ("users", "Sign-ins", Icons.Material.Outlined.Person),
    ];

    /// <summary>All types there are, each group by itself.</summary>
    public static readonly (string Group, string[] Types)[] Types =
    [
        ("Instances", [.. Enum.GetValues<InstanceState>().Select(EventTypes.Of), EventTypes.InstanceGraded, EventTypes.InstanceRetried, EventTypes.InstanceExtended, EventTypes.InstanceTargetChanged]),
        ("Workers", [.. Enum.GetValues<WorkerState>().Select(EventTypes.Of), EventTypes.WorkerDrainCancelled, EventTypes.WorkerDrainOverdue, EventTypes.WorkerUnreachable, EventTypes.WorkerReachable,
            EventTypes.WorkerLost, EventTypes.WorkerTroubleChanged, EventTypes.WorkerTargetChanged]),
        ("Definitions", [EventTypes.DefinitionCreated, EventTypes.DefinitionVersionCreated, EventTypes.DefinitionDeprecated, EventTypes.DefinitionDeleted, EventTypes.DefinitionRestored]),
        ("Templates", [EventTypes.TemplateCreated, EventTypes.TemplateUpdated, EventTypes.TemplateDeleted]),
        ("Scaling", [EventTypes.ScalingUpDecided, EventTypes.ScalingUpSkipped, EventTypes.ScalingDownDecided, EventTypes.ScalingDownSkipped]),
        ("Leaders", [EventTypes.LeaderElected, EventTypes.LeaderLost]),
        ("Sign-ins", [EventTypes.SessionSignedIn, EventTypes.SessionSignedOut, EventTypes.SessionRefused]),
    ];

    /// <summary><c>ccm.worker.template.updated</c> is Template updated, <c>ccm.scaling.*</c> any scaling event; a type of somebody else's stays as it is.</summary>
    public static string Title(string type)
    {
        if (!type.StartsWith("ccm.", StringComparison.Ordinal))
            return type;
        var words = type.Split('.').SkipWhile(word => word is "ccm" or "lablet").ToList();
        if (words is ["worker", "template", ..] or ["session", ..])
            words.RemoveAt(0);
        if (words is [.., "*"])
            return string.Join(' ', ["any", .. words.SkipLast(1), "event"]);
        var text = string.Join(' ', words).Replace('-', ' ');
        return text.Length == 0 ? type : char.ToUpperInvariant(text[0]) + text[1..];
    }

    public static string Icon(string subject) => Kinds.FirstOrDefault(kind => subject.StartsWith($"{kind.Kind}/", StringComparison.Ordinal)).Icon ?? Icons.Material.Outlined.Circle;

    /// <summary>The page of the object; null where there is none.</summary>
    public static string? Page(string subject) => subject.Split('/', 2) switch
    {
        ["instances" or "workers" or "definitions" or "templates", { Length: > 0 } id] and [var kind, ..] => $"/{kind}/{Uri.EscapeDataString(id)}",
        ["leaders", ..] => "/system",
        _ => null,
    };

    /// <summary>A definition's name and the version that the event published; null for any other event.</summary>
    public static (string Name, string Version)? Published(AuditEvent audited) =>
        audited.Type is EventTypes.DefinitionCreated or EventTypes.DefinitionVersionCreated && audited.Subject.Split('/', 2) is ["definitions", var name]
        && FieldDiff.Of(audited.Data).FirstOrDefault(diff => diff.Path == "version")?.After is { ValueKind: JsonValueKind.String } version ? (name, version.GetString()!) : null;

    /// <summary>What changed in a line, without what every write changes; empty when nothing did, or all of it is new or gone.</summary>
    public static string Summary(IReadOnlyCollection<FieldDiff> diffs)
    {
        var told = diffs.Where(diff => !diff.IsBookkeeping).ToList();
        if (told.Count == 0 || diffs.All(diff => diff.IsAdded) || diffs.All(diff => diff.IsRemoved))
            return "";
        var shown = told.Where(diff => !diff.IsTime).Take(3).Select(diff => Words.Short(diff.InWords, 90)).ToList();
        if (told.Count > shown.Count)
            shown.Add(shown.Count == 0 ? string.Join(", ", told.Take(3).Select(diff => diff.Name)) : $"{told.Count - shown.Count} more");
        return string.Join(" · ", shown);
    }

    /// <summary>The changed fields as they were, and as they are: two texts to lay beside each other.</summary>
    public static (string Before, string After) Texts(JsonElement data)
    {
        var (before, after) = (new JsonObject(), new JsonObject());
        foreach (var change in data.GetProperty("changes").EnumerateArray())
        {
            var field = change.GetProperty("field").ToString();
            if (change.TryGetProperty("before", out var was))
                before[field] = JsonSerializer.SerializeToNode(was);
            if (change.TryGetProperty("after", out var now))
                after[field] = JsonSerializer.SerializeToNode(now);
        }
        return (Write(before), Write(after));

        static string Write(JsonObject side) => side.Count == 0 ? "" : JsonSerializer.Serialize(side, Indented);
    }

    private static readonly JsonSerializerOptions Indented = new(DomainJson.Options) { WriteIndented = true };
}

using System.Text.Json;
using Ccm.Engine.Documents;
using Ccm.Engine.Watching;

namespace Ccm.Portal.Components.Pages.Scaling;

/// <summary>One decision about the fleet's size, or a refusal, as the trail has it.</summary>
/// <param name="Kind">Null for a type that is not known.</param>
/// <param name="About">What it is about: a template, a worker or a lab.</param>
/// <param name="Address">Of its page; null when it has none.</param>
/// <param name="Template">Null when it is about none, or about a worker that is no longer known.</param>
public sealed record Decision(long Sequence, DateTimeOffset At, ScalingKind? Kind, string About, string? Address, string? Template, string Reason)
{
    public static Decision Of(AuditEvent audited, FleetSnapshot fleet)
    {
        var (room, about) = audited.Subject.Split('/', 2) is [var first, var rest] ? (first, rest) : ("", audited.Subject);
        return new Decision(audited.Sequence, audited.Time, ScalingFilter.Kinds.FirstOrDefault(kind => kind.Type == audited.Type), about,
            room is "instances" or "workers" or "templates" ? $"/{audited.Subject}" : null,
            room == "templates" ? about : room == "workers" ? fleet.Workers.GetValueOrDefault(about)?.Value.Template : null,
            audited.Data is { ValueKind: JsonValueKind.Object } data && data.TryGetProperty("reason", out var reason) ? reason.ToString() : "");
    }

    /// <summary>Whether it is about the template, or its reason speaks of it.</summary>
    public bool Concerns(string template) => Template == template || Reason.Split([' ', ',', ':', ';']).Contains(template) || Reason.Split([' ', ',', ':', ';']).Contains($"{template}.");
}

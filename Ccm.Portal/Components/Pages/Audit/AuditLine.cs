using Ccm.Engine.Documents;
using Ccm.Portal.Api;
using Ccm.Portal.Components.Shared.Events;

namespace Ccm.Portal.Components.Pages.Audit;

/// <summary>
/// A line of the trail's table: an event, or one of those that its details take up. All are of one height, so that of a long trail only
/// those in view need be in the document; details that need more than their lines scroll in them.
/// </summary>
/// <param name="Part">0: the event itself; from 1 on, of its details.</param>
/// <param name="Lines">That its details take up; 0 while it is closed.</param>
public sealed record AuditLine(AuditEvent Event, int Part, int Lines)
{
    /// <summary>Pixels, border included.</summary>
    public const int Height = 53;

    /// <summary>Pixels.</summary>
    private const int Facts = 190, OfField = 33, OfVersion = 300;

    private const int Fewest = 4, Most = 11;

    public static List<AuditLine> Of(IEnumerable<AuditEvent> events, IReadOnlySet<long> opened)
    {
        var lines = new List<AuditLine>();
        foreach (var audited in events)
        {
            var details = opened.Contains(audited.Sequence) ? LinesOf(audited) : 0;
            for (var part = 0; part <= details; part++)
                lines.Add(new AuditLine(audited, part, details));
        }
        return lines;
    }

    private static int LinesOf(AuditEvent audited)
    {
        var fields = FieldDiff.Of(audited.Data).Length;
        var height = Facts + (fields == 0 ? 0 : (fields + 2) * OfField) + (EventWords.Published(audited) is null ? 0 : OfVersion);
        return Math.Clamp((height + Height - 1) / Height, Fewest, Most);
    }
}

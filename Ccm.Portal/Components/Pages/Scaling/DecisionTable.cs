using System.Globalization;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Grid;

namespace Ccm.Portal.Components.Pages.Scaling;

/// <summary>Decisions and refusals as a file tells of them.</summary>
internal static class DecisionTable
{
    private const int PerReading = 500;

    public static readonly GridTable<Decision> Table = new()
    {
        Name = "scaling",
        Title = "Decisions and refusals",
        Id = decision => decision.Sequence.ToString("D19", CultureInfo.InvariantCulture),
        Sort = "when",
        Descending = true,
        Columns =
        [
            GridColumn.Of("When", (Decision decision) => decision.At),
            GridColumn.Of("Decision", (Decision decision) => decision.Kind?.Name),
            GridColumn.Of("About", (Decision decision) => decision.About),
            GridColumn.Of("Template", (Decision decision) => decision.Template),
            GridColumn.Of("Reason", (Decision decision) => decision.Reason),
        ],
    };

    /// <summary>All that a page's address is about, however old, newest first.</summary>
    public static async IAsyncEnumerable<Decision> ReadAsync(ExportAsked asked)
    {
        if (!asked.Actor.May(Permission.ReadAll))
            yield break;
        var filter = ScalingFilter.Read(asked["kind"], asked["template"], asked["hours"]);
        for (long? before = null; ;)
        {
            var events = await asked.Control.ReadAuditAsync(filter.Query(asked.Now, PerReading, before), asked.Http.RequestAborted);
            foreach (var decision in events.Select(audited => Decision.Of(audited, asked.Fleet)).Where(filter.Shows))
                yield return decision;
            if (events.Length < PerReading)
                yield break;
            before = events[^1].Sequence;
        }
    }
}

using System.Text.Json;
using Bunit;
using Ccm.Engine.Auditing;
using Ccm.Engine.Documents;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Portal.Components.Pages.Audit;
using Ccm.Tests.Domain;
using Ccm.Tests.Watching;
using TestContext = Xunit.TestContext;

namespace Ccm.Tests.Components.Audit;

/// <summary>A trail of edits, and what the page shows of it.</summary>
internal static class WrittenTrail
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static (string?, string?) Ends(IRenderedComponent<AuditPage> page)
    {
        var rows = page.FindAll("[data-test=event]");
        return (rows[0].GetAttribute("data-sequence"), rows[^1].GetAttribute("data-sequence"));
    }

    /// <summary>Edits of templates t-1, t-2…, written as the relay does: to the trail, then the head and the outbox.</summary>
    public static async Task WriteAsync(PortalContext portal, int count)
    {
        var head = await HeadAsync(portal);
        var events = AuditChain.Link(head, Enumerable.Range(1, count).Select(n => Edit(head.Sequence + n)));
        await portal.CommitAsync([.. events.Select(audited => new StatePut(StateKeys.OutboxEntry(audited.OperationId), Keys.NoEvents))]);
        await portal.Trail.AppendAsync(events, Cancelled);
        await portal.CommitAsync([new StatePut(StateKeys.AuditHead, DomainJson.Write(new AuditHead(events[^1].Sequence, events[^1].Hash)))], [.. events.Select(audited => StateKeys.OutboxEntry(audited.OperationId))]);
    }

    public static async Task<AuditHead> HeadAsync(PortalContext portal) =>
        (await portal.Trail.QueryAsync(new AuditQuery(Limit: 1), Cancelled)).FirstOrDefault() is { } last ? new AuditHead(last.Sequence, last.Hash) : AuditHead.Start;

    private static (OutboxEntry, long) Edit(long n) => (new OutboxEntry($"op-{n}", null, [new OutboxEvent("ccm.worker.template.updated", $"templates/t-{n}", Sample.Now.AddMinutes(-5000 + n), "admin",
        JsonSerializer.SerializeToElement(new
        {
            reason = $"Edited {n}.", actorName = "Ms Admin", actorRoles = new[] { "admin" },
            changes = new object[] { new { field = "revision", before = 1, after = 2 }, new { field = "maxWorkers", before = n, after = n + 1 }, new { field = "note", before = "a", after = "b" } },
        }))]), n);
}

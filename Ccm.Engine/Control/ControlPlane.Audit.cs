using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Ccm.Engine.Auditing;
using Ccm.Engine.Documents;
using Ccm.Engine.Domain;
using Ccm.Engine.State;

namespace Ccm.Engine.Control;

public sealed partial class ControlPlane
{
    private const int ExportedAtOnce = 500;

    /// <summary>The trail, newest first.</summary>
    /// <exception cref="RefusedException">The trail does not answer, or the question looks at too many events.</exception>
    public async Task<ImmutableArray<AuditEvent>> ReadAuditAsync(AuditQuery query, CancellationToken cancellationToken)
    {
        try
        {
            return await AskDocumentsAsync(() => trail.QueryAsync(query, cancellationToken));
        }
        catch (QueryTooSlowException)
        {
            throw RefusedException.Invalid(query.Text is null ? "from" : "text", "Finding this in the whole audit trail takes too long.", "Give a time range (from and until) or an object (subject) with it.");
        }
    }

    /// <summary>All that the filter finds, newest first, read as it is taken; its limit and cursor count for nothing.</summary>
    /// <exception cref="RefusedException">Not allowed, or the trail does not answer, which may be in the midst of it.</exception>
    public IAsyncEnumerable<AuditEvent> ExportAuditAsync(Actor actor, AuditQuery filter, CancellationToken cancellationToken)
    {
        Authorise(actor, Permission.VerifyAudit, "export the audit trail");
        return ExportAsync(filter, cancellationToken);
    }

    /// <summary>Checks the whole chain of the trail against the head.</summary>
    /// <exception cref="RefusedException">Not allowed, or a store does not answer.</exception>
    public async Task<ChainReport> VerifyAuditAsync(Actor actor, IProgress<ChainProgress> progress, CancellationToken cancellationToken)
    {
        Authorise(actor, Permission.VerifyAudit, "verify the audit trail");
        try
        {
            return await AskDocumentsAsync(() => new ChainVerifier(store, trail).RunAsync(progress, cancellationToken));
        }
        catch (StateStoreUnavailableException exception)
        {
            throw RefusedException.Unavailable($"The state store does not answer: {exception.Message}");
        }
    }

    private async IAsyncEnumerable<AuditEvent> ExportAsync(AuditQuery filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var page = filter with { Before = null, Limit = ExportedAtOnce };
        while (true)
        {
            var events = await ReadAuditAsync(page, cancellationToken);
            foreach (var audited in events)
                yield return audited;
            if (events.Length < ExportedAtOnce)
                yield break;
            page = page with { Before = events[^1].Sequence };
        }
    }
}

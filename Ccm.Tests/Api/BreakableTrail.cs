using System.Collections.Immutable;
using Ccm.Engine.Documents;

namespace Ccm.Tests.Api;

/// <summary>A trail that a test may take away and give back.</summary>
internal sealed class BreakableTrail(IAuditTrail trail) : IAuditTrail
{
    public volatile bool Broken;

    private IAuditTrail Trail => Broken ? throw new DocumentsUnavailableException("The test took the trail away.") : trail;

    public Task AppendAsync(ImmutableArray<AuditEvent> events, CancellationToken cancellationToken) => Trail.AppendAsync(events, cancellationToken);

    public Task<ImmutableArray<AuditEvent>> QueryAsync(AuditQuery query, CancellationToken cancellationToken) => Trail.QueryAsync(query, cancellationToken);

    public Task<ImmutableArray<AuditEvent>> ReadChainAsync(long fromSequence, int limit, CancellationToken cancellationToken) => Trail.ReadChainAsync(fromSequence, limit, cancellationToken);

    public Task ExpireAsync(DateTimeOffset before, CancellationToken cancellationToken) => Trail.ExpireAsync(before, cancellationToken);
}

using System.Collections.Immutable;
using System.Text.RegularExpressions;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Ccm.Engine.Documents.MongoDb;

/// <summary>
/// The audit trail on MongoDB. A date there ends at the millisecond, so that the ticks beyond stand beside it: an event that is read
/// back has the hash it was written with.
/// </summary>
public sealed class MongoAuditTrail(MongoDocuments documents) : IAuditTrail
{
    internal const string Collection = "audit_events";

    /// <summary>
    /// What the expiry index counts from: an event's time, but never earlier than the event's before it. Events of one moment are not
    /// committed in order of their times, and one that expired before its predecessor would look like one taken out of the chain.
    /// </summary>
    internal const string KeptFrom = "keptFrom";

    /// <summary>
    /// For what no index helps, on the server's clock: well within the patience for any question, so that one that looks at too much is
    /// never taken for a server that is away.
    /// </summary>
    private static readonly FindOptions InTime = new() { MaxTime = TimeSpan.FromSeconds(5) };

    private static readonly string[] Searched = ["type", "subject", "actor", "data.actorName", "data.reason"];

    /// <summary>
    /// One that is there already is matched and stays, and still the server answers only when a majority has it. One that is not the
    /// same is not matched, and its insertion meets the unique indexes. So does one that another relay inserts at this very moment, but
    /// only once: the next time it is matched.
    /// </summary>
    public async Task AppendAsync(ImmutableArray<AuditEvent> events, CancellationToken cancellationToken)
    {
        for (int? met = null; !events.IsEmpty;)
        {
            var taken = await TryAppendAsync(events, cancellationToken).ConfigureAwait(false);
            if (taken is null)
                return;
            if (taken == met)
                throw new AuditConflictException($"Event {events[taken.Value].Id} or its sequence {events[taken.Value].Sequence} is taken by another event.");
            met = taken;
        }
    }

    public async Task<ImmutableArray<AuditEvent>> QueryAsync(AuditQuery query, CancellationToken cancellationToken)
    {
        try
        {
            return await documents.AskAsync(Collection, async (rows, token) =>
                Read(await rows.Find(FilterOf(query), InTime).Sort(Builders<BsonDocument>.Sort.Descending("sequence")).Limit(query.Limit).ToListAsync(token).ConfigureAwait(false)), cancellationToken).ConfigureAwait(false);
        }
        catch (DocumentsUnavailableException exception) when (exception.InnerException is MongoExecutionTimeoutException slow)
        {
            throw new QueryTooSlowException(slow);
        }
    }

    public Task<ImmutableArray<AuditEvent>> ReadChainAsync(long fromSequence, int limit, CancellationToken cancellationToken) => documents.AskAsync(Collection, async (rows, token) =>
        Read(await rows.Find(MongoDocuments.Where.Gte("sequence", fromSequence)).Sort(Builders<BsonDocument>.Sort.Ascending("sequence")).Limit(limit).ToListAsync(token).ConfigureAwait(false)), cancellationToken);

    /// <summary>The server does it by its index, of itself.</summary>
    public Task ExpireAsync(DateTimeOffset before, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <returns>Which of them met another of its id or sequence; null when all stand.</returns>
    private Task<int?> TryAppendAsync(ImmutableArray<AuditEvent> events, CancellationToken cancellationToken) => documents.AskAsync<int?>(Collection, async (rows, token) =>
    {
        var before = await rows.Find(MongoDocuments.Where.Eq("sequence", events[0].Sequence - 1)).Project(Builders<BsonDocument>.Projection.Include(KeptFrom)).FirstOrDefaultAsync(token).ConfigureAwait(false);
        var keptFrom = before is null ? DateTime.MinValue : before[KeptFrom].ToUniversalTime();
        var upserts = new List<UpdateOneModel<BsonDocument>>(events.Length);
        foreach (var audited in events)
        {
            keptFrom = audited.Time.UtcDateTime > keptFrom ? audited.Time.UtcDateTime : keptFrom;
            var same = MongoDocuments.Where.Eq("_id", audited.Id) & MongoDocuments.Where.Eq("sequence", audited.Sequence) & MongoDocuments.Where.Eq("hash", audited.Hash);
            upserts.Add(new UpdateOneModel<BsonDocument>(same, new BsonDocument("$setOnInsert", Write(audited, keptFrom))) { IsUpsert = true });
        }
        try
        {
            // In order: nothing is written behind one that is refused.
            await rows.BulkWriteAsync(upserts, new BulkWriteOptions { IsOrdered = true }, token).ConfigureAwait(false);
            return null;
        }
        catch (MongoBulkWriteException exception) when (MongoDocuments.IsDuplicate(exception))
        {
            return exception.WriteErrors[0].Index;
        }
    }, cancellationToken);

    private static FilterDefinition<BsonDocument> FilterOf(AuditQuery query)
    {
        var where = MongoDocuments.Where;
        var filter = where.Empty;
        foreach (var (field, value) in new[] { ("subject", query.Subject), ("type", query.Type) })
        {
            if (value is not null)
                filter &= AuditQuery.Beginning(value) is { } range ? where.Gte(field, range.From) & where.Lt(field, range.Until) : where.Eq(field, value);
        }
        if (query.Actor is { } actor)
            filter &= where.Or(where.Eq("actor", actor), where.Eq("data.actorName", actor));
        if (query.Via is { } via)
            filter &= FilterOf(via);
        if (query.OperationId is { } operation)
            filter &= where.Eq("operation", operation);
        if (query.Text is { } text)
        {
            var pattern = new BsonRegularExpression(Regex.Escape(text), "i");
            filter &= where.Or(Searched.Select(field => where.Regex(field, pattern)));
        }
        if (query.From is { } from)
            filter &= where.Gte("time", from.UtcDateTime);
        if (query.Until is { } until)
            filter &= where.Lt("time", until.UtcDateTime);
        if (query.After is { } after)
            filter &= where.Gt("sequence", after);
        return query.Before is { } before ? filter & where.Lt("sequence", before) : filter;
    }

    private static FilterDefinition<BsonDocument> FilterOf(AuditVia via)
    {
        var where = MongoDocuments.Where;
        var byEngine = where.Gte("actor", AuditQuery.EngineIds.From) & where.Lt("actor", AuditQuery.EngineIds.Until);
        var byRest = where.Eq("data.via", "rest") | where.Exists("data.requestHash");
        return via switch
        {
            AuditVia.Engine => byEngine,
            AuditVia.Rest => !byEngine & byRest,
            _ => !byEngine & !byRest,
        };
    }

    /// <summary>All but what the filter of the upsert says already.</summary>
    private static BsonDocument Write(AuditEvent audited, DateTime keptFrom) => new()
    {
        { "specversion", "1.0" }, { "source", "/ccm" }, { "type", audited.Type }, { "subject", audited.Subject },
        { "time", audited.Time.UtcDateTime }, { "ticks", audited.Time.UtcTicks % TimeSpan.TicksPerMillisecond }, { KeptFrom, keptFrom },
        { "actor", audited.Actor }, { "operation", audited.OperationId }, { "revision", audited.Revision }, { "previousHash", audited.PreviousHash },
        { "data", BsonJson.Write(audited.Data) },
    };

    private static ImmutableArray<AuditEvent> Read(List<BsonDocument> rows) => [.. rows.Select(row => new AuditEvent(
        row["_id"].AsString, row["type"].AsString, row["subject"].AsString,
        new DateTimeOffset(row["time"].ToUniversalTime(), TimeSpan.Zero).AddTicks(row["ticks"].ToInt64()), row["actor"].AsString, BsonJson.Read(row["data"]),
        row["operation"].AsString, row["revision"].ToInt64(), row["sequence"].ToInt64(), row["previousHash"].AsString, row["hash"].AsString))];
}

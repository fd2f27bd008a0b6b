using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Ccm.Engine.Documents.MongoDb;

/// <summary>The audit trail on MongoDB. Time and data are kept as the text they were hashed from; the date beside is for queries and expiry.</summary>
public sealed class MongoAuditTrail(MongoDocuments documents) : IAuditTrail
{
    private const string Collection = "audit_events";

    public Task AppendAsync(ImmutableArray<AuditEvent> events, CancellationToken cancellationToken) => documents.AskAsync(Collection, async rows =>
    {
        foreach (var audited in events)
        {
            try
            {
                await rows.InsertOneAsync(Write(audited), cancellationToken: cancellationToken).ConfigureAwait(false);
            }
            catch (MongoWriteException exception) when (MongoDocuments.IsDuplicate(exception))
            {
                var same = MongoDocuments.Where.And(MongoDocuments.Where.Eq("id", audited.Id), MongoDocuments.Where.Eq("sequence", audited.Sequence), MongoDocuments.Where.Eq("hash", audited.Hash));
                if (!await rows.Find(same).AnyAsync(cancellationToken).ConfigureAwait(false))
                    throw new AuditConflictException($"Event {audited.Id} or its sequence {audited.Sequence} is taken by another event.");
            }
        }
        return true;
    }, cancellationToken);

    public Task<ImmutableArray<AuditEvent>> QueryAsync(AuditQuery query, CancellationToken cancellationToken) => documents.AskAsync(Collection, async rows =>
        Read(await rows.Find(FilterOf(query)).Sort(Builders<BsonDocument>.Sort.Descending("sequence")).Limit(query.Limit).ToListAsync(cancellationToken).ConfigureAwait(false)), cancellationToken);

    public Task<ImmutableArray<AuditEvent>> ReadChainAsync(long fromSequence, int limit, CancellationToken cancellationToken) => documents.AskAsync(Collection, async rows =>
        Read(await rows.Find(MongoDocuments.Where.Gte("sequence", fromSequence)).Sort(Builders<BsonDocument>.Sort.Ascending("sequence")).Limit(limit).ToListAsync(cancellationToken).ConfigureAwait(false)), cancellationToken);

    /// <summary>The newest event stays, so that the trail shows where it stands; the index on the date may expire it all the same.</summary>
    public Task ExpireAsync(DateTimeOffset before, CancellationToken cancellationToken) => documents.AskAsync(Collection, async rows =>
    {
        var ascending = Builders<BsonDocument>.Sort.Ascending("sequence");
        var kept = await rows.Find(MongoDocuments.Where.Gte("time", before.UtcDateTime)).Sort(ascending).FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false)
            ?? await rows.Find(MongoDocuments.Where.Empty).Sort(Builders<BsonDocument>.Sort.Descending("sequence")).FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false);
        if (kept is not null)
            await rows.DeleteManyAsync(MongoDocuments.Where.Lt("sequence", kept["sequence"].AsInt64), cancellationToken).ConfigureAwait(false);
        return true;
    }, cancellationToken);

    private static FilterDefinition<BsonDocument> FilterOf(AuditQuery query)
    {
        var where = MongoDocuments.Where;
        var filter = where.Empty;
        foreach (var (field, value) in new[] { ("subject", query.Subject), ("type", query.Type), ("actor", query.Actor), ("operation", query.OperationId) })
        {
            if (value is not null)
                filter &= where.Eq(field, value);
        }
        if (query.Text is { } text)
        {
            var pattern = new BsonRegularExpression(Regex.Escape(text), "i");
            filter &= where.Or(where.Regex("type", pattern), where.Regex("subject", pattern), where.Regex("actor", pattern));
        }
        if (query.From is { } from)
            filter &= where.Gte("time", from.UtcDateTime);
        if (query.Until is { } until)
            filter &= where.Lt("time", until.UtcDateTime);
        return query.Before is { } before ? filter & where.Lt("sequence", before) : filter;
    }

    private static BsonDocument Write(AuditEvent audited) => new()
    {
        { "_id", ObjectId.GenerateNewId() }, { "id", audited.Id }, { "sequence", audited.Sequence }, { "type", audited.Type }, { "subject", audited.Subject },
        { "time", audited.Time.UtcDateTime }, { "timeText", audited.Time.ToString("O", CultureInfo.InvariantCulture) }, { "actor", audited.Actor },
        { "operation", audited.OperationId }, { "revision", audited.Revision }, { "previousHash", audited.PreviousHash }, { "hash", audited.Hash },
        { "data", audited.Data.GetRawText() },
    };

    private static ImmutableArray<AuditEvent> Read(List<BsonDocument> rows) => [.. rows.Select(row =>
    {
        using var data = JsonDocument.Parse(row["data"].AsString);
        return new AuditEvent(row["id"].AsString, row["type"].AsString, row["subject"].AsString,
            DateTimeOffset.ParseExact(row["timeText"].AsString, "O", CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind), row["actor"].AsString, data.RootElement.Clone(),
            row["operation"].AsString, row["revision"].AsInt64, row["sequence"].AsInt64, row["previousHash"].AsString, row["hash"].AsString);
    })];
}

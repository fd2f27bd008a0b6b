using System.Text.Json;
using Ccm.Engine.Auditing;
using Ccm.Engine.Documents;
using Ccm.Engine.Documents.MongoDb;
using Ccm.Tests.Domain;
using CsCheck;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;

namespace Ccm.Tests.Documents;

public sealed class BsonJsonTests
{
    private static readonly Gen<string> Name = Any.Of("a", "state", "é", "A b", "", "$set", "a.b", "a\0b", "1");

    private static readonly Gen<object?> Leaf = Gen.OneOf<object?>(
        Gen.Int.Select(n => (object?)n), Gen.Long.Select(n => (object?)n), Gen.Decimal.Select(n => (object?)n), Gen.Double[-1e20, 1e20].Select(n => (object?)n),
        Gen.Bool.Select(flag => (object?)flag), Any.Of<object?>(null, 1.50m, 0m, "", "plain", "é\u2028\"\0<\U0001F600"));

    private static readonly Gen<object?> Tree = Gen.Recursive<object?>((depth, inner) => depth > 4 ? Leaf : Gen.Frequency(
        (3, Leaf), (1, inner.Array[0, 3].Select(items => (object?)items)), (2, Gen.Select(Name, inner).Array[0, 4].Select(ToObject))));

    /// <summary>Through the bytes, as a server keeps them: the hash chain must not notice.</summary>
    [Fact]
    public void Read_OfWhatWasWritten_HasTheSameHash() => Gen.Select(Name, Tree).Array[0, 4].Select(ToObject).Sample(data =>
    {
        var json = JsonSerializer.SerializeToElement(data);
        var stored = BsonSerializer.Deserialize<BsonDocument>(new BsonDocument("data", BsonJson.Write(json)).ToBson());

        Assert.Equal(HashOf(json), HashOf(BsonJson.Read(stored["data"])));
    });

    [Theory]
    [InlineData("""{"n":0}""")]
    [InlineData("""{"n":9223372036854775807,"m":-9223372036854775808}""")]
    [InlineData("""{"n":1.50,"m":[0.1,-2.000,{"k":null}],"flag":true}""")]
    [InlineData("""{"n":1E+20,"m":-0}""")]
    public void Write_AnObject_IsADocumentThatQueriesReachInto(string json)
    {
        var written = BsonJson.Write(JsonDocument.Parse(json).RootElement);

        Assert.True(written.IsBsonDocument);
        Assert.Equal(json, BsonJson.Read(written).GetRawText());
    }

    [Theory]
    [InlineData("""{"$where":"1"}""")]
    [InlineData("""{"r1.serial":5001}""")]
    [InlineData("""{"":1}""")]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"a":{"b":1e400}}""")]
    [InlineData("""{"a":[1e3]}""")]
    [InlineData("""{"a":0.12345678901234567890123456789012345678901}""")]
    [InlineData("""[1,2]""")]
    [InlineData("\"text\"")]
    public void Write_WhatBsonWouldNotGiveBackJustSo_StaysText(string json)
    {
        var written = BsonJson.Write(JsonDocument.Parse(json).RootElement);

        Assert.Equal(json, written.IsString ? written.AsString : written.ToString());
        Assert.Equal(json, BsonJson.Read(written).GetRawText());
    }

    [Fact]
    public void Write_Nothing_IsNull() => Assert.Equal(JsonValueKind.Null, BsonJson.Read(BsonJson.Write(default)).ValueKind);

    private static string HashOf(JsonElement data) => AuditChain.HashOf(new AuditEvent("id", "type", "subject", DateTimeOffset.UnixEpoch, "actor", data, "operation", 1, 1, "", ""));

    private static object? ToObject((string Name, object? Value)[] fields) => fields.DistinctBy(field => field.Name).ToDictionary(field => field.Name, field => field.Value);
}

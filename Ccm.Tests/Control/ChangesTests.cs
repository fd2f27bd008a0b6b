using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Tests.Lifecycle;
using CsCheck;

namespace Ccm.Tests.Control;

public sealed class ChangesTests
{
    [Fact]
    public void Write_AnyTwoInstances_TellsEachFieldThatDiffersAndNoOther() => Gen.Select(AnyInstance.Generator, AnyInstance.Generator).Sample((before, after) =>
    {
        var (left, right) = (before.Entry.Value with { OwnerId = "O'Brien \"é\" <x>" }, after.Entry.Value);
        Assert.Equal(Expected(left, right), Written(left, right));
        Assert.Equal(Expected(null, right), Written(null, right));
        Assert.Equal(Expected(left, null), Written(left, null));
    });

    [Fact]
    public void Write_TheSame_IsEmpty()
    {
        var bytes = DomainJson.Write(Domain.Sample.Instance());
        Assert.Empty(Written(bytes, bytes));
    }

    private static List<string> Expected(LabletInstance? before, LabletInstance? after)
    {
        var (left, right) = (Fields(before), Fields(after));
        return [.. left.Select(field => field.Key).Union(right.Select(field => field.Key)).Where(field => !JsonNode.DeepEquals(left[field], right[field]))
            .Select(field => $"{field}: {left[field]?.ToJsonString()} -> {right[field]?.ToJsonString()}").Order(StringComparer.Ordinal)];
    }

    private static JsonObject Fields(LabletInstance? value) => value is null ? [] : JsonSerializer.SerializeToNode(value, DomainJson.Options)!.AsObject();

    private static List<string> Written(LabletInstance? before, LabletInstance? after) =>
        Written(before is null ? [] : DomainJson.Write(before), after is null ? [] : DomainJson.Write(after));

    private static List<string> Written(byte[] before, byte[] after)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, DomainJson.WriterOptions))
            Changes.Write(json, before, after);
        return [.. DomainJson.Read<FieldChange[]>(bytes.WrittenSpan).Select(change => $"{change.Field}: {change.Before?.ToJsonString()} -> {change.After?.ToJsonString()}").Order(StringComparer.Ordinal)];
    }
}

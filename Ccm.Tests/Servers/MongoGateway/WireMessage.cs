using System.Buffers.Binary;
using System.Text;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;

namespace Ccm.Tests.Servers.MongoGateway;

/// <summary>One request of MongoDB's wire protocol, its document sequences folded into the command as the arrays they stand for.</summary>
internal sealed record WireMessage(int RequestId, bool IsQuery, bool WantsReply, BsonDocument Command)
{
    private const int Header = 16;
    private const int Longest = 48_000_000;
    private const int Reply = 1;
    private const int Query = 2004;
    private const int Message = 2013;
    private const int ChecksumPresent = 1;
    private const int MoreToCome = 2;

    /// <summary>The next request, or null when the client has gone.</summary>
    /// <exception cref="InvalidDataException">It speaks something else.</exception>
    public static async Task<WireMessage?> ReadAsync(Stream stream, CancellationToken cancellation)
    {
        var header = new byte[Header];
        if (await stream.ReadAtLeastAsync(header, Header, throwOnEndOfStream: false, cancellation) < Header)
            return null;
        var length = BinaryPrimitives.ReadInt32LittleEndian(header);
        if (length is < Header or > Longest)
            throw new InvalidDataException($"A message of {length} bytes.");
        var body = new byte[length - Header];
        await stream.ReadExactlyAsync(body, cancellation);
        var requestId = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(4));
        return BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(12)) switch
        {
            Message => ParseMessage(requestId, body),
            Query => ParseQuery(requestId, body),
            var other => throw new InvalidDataException($"Operation {other} is not spoken here."),
        };
    }

    /// <summary>The bytes that answer this request.</summary>
    public byte[] Answer(BsonDocument document)
    {
        // A reply to a query: no flags, no cursor, from the start, one document. To a message: no flags, a section of kind 0.
        ReadOnlySpan<byte> preamble = IsQuery ? [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0] : [0, 0, 0, 0, 0];
        var payload = document.ToBson();
        var bytes = new byte[Header + preamble.Length + payload.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, bytes.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), RequestId);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), IsQuery ? Reply : Message);
        preamble.CopyTo(bytes.AsSpan(Header));
        payload.CopyTo(bytes, Header + preamble.Length);
        return bytes;
    }

    private static WireMessage ParseMessage(int requestId, byte[] body)
    {
        var flags = BinaryPrimitives.ReadInt32LittleEndian(body);
        var end = body.Length - ((flags & ChecksumPresent) != 0 ? 4 : 0);
        var command = new BsonDocument();
        var sequences = new List<BsonElement>();
        for (var at = 4; at < end;)
        {
            if (body[at++] == 0)
            {
                command = ReadDocument(body, ref at);
                continue;
            }
            var sectionEnd = at + BinaryPrimitives.ReadInt32LittleEndian(body.AsSpan(at));
            at += 4;
            var name = ReadName(body, ref at);
            var documents = new BsonArray();
            while (at < sectionEnd)
                documents.Add(ReadDocument(body, ref at));
            sequences.Add(new BsonElement(name, documents));
        }
        command.AddRange(sequences);
        return new WireMessage(requestId, IsQuery: false, (flags & MoreToCome) == 0, command);
    }

    private static WireMessage ParseQuery(int requestId, byte[] body)
    {
        var at = 4;
        ReadName(body, ref at);
        at += 8;
        return new WireMessage(requestId, IsQuery: true, WantsReply: true, ReadDocument(body, ref at));
    }

    private static BsonDocument ReadDocument(byte[] body, ref int at)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(body.AsSpan(at));
        var document = BsonSerializer.Deserialize<BsonDocument>(body.AsSpan(at, length).ToArray());
        at += length;
        return document;
    }

    private static string ReadName(byte[] body, ref int at)
    {
        var length = body.AsSpan(at).IndexOf((byte)0);
        var name = Encoding.UTF8.GetString(body, at, length);
        at += length + 1;
        return name;
    }
}

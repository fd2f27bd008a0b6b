using System.Security.Cryptography;
using System.Text;

namespace Ccm.Engine.Control;

/// <summary>One mutation. Its id names its outbox key, and the ids of what it creates derive from it.</summary>
/// <param name="Id">32 lower-case hex digits.</param>
/// <param name="RequestHash">Of the request's body, when the caller may repeat it; null when it is made up for one attempt.</param>
/// <param name="Key">What the caller names it by, for telling them that it was used with another body.</param>
public sealed record Operation(string Id, string? RequestHash, string Key = "Idempotency-Key")
{
    public static Operation New() => new(Guid.NewGuid().ToString("N"), null);

    /// <summary>The same caller, method, path and key always make the same operation.</summary>
    public static Operation Keyed(string caller, string method, string path, string idempotencyKey, string body) =>
        new(Hash($"{caller}\n{method}\n{path}\n{idempotencyKey}")[..32], Hash(body));

    /// <summary>An event of others: its source and id name it, whoever hands it over and to whichever replica.</summary>
    /// <param name="content">What must be the same when it is told again.</param>
    public static Operation OfEvent(string source, string id, string content) => new(Hash($"event\n{source}\n{id}")[..32], Hash(content), "id");

    /// <summary>The id of what this operation creates.</summary>
    public string DerivedId(string prefix) => $"{prefix}-{Id[..16]}";

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}

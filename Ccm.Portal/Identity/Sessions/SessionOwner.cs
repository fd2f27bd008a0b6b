using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Authentication;

namespace Ccm.Portal.Identity.Sessions;

/// <summary>By what a session is found again: the person, or the provider's own session with that person.</summary>
internal readonly record struct SessionOwner
{
    /// <summary>Where a ticket keeps the provider's session id.</summary>
    public const string ProviderSessionItem = "ccm.sid";

    private readonly string _kind;
    private readonly string _id;

    private SessionOwner(string kind, string id) => (_kind, _id) = (kind, id);

    /// <summary>Names nobody: whoever reads the store must not learn who is signed in.</summary>
    public string Name => $"{_kind}:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_id)))}";

    public static SessionOwner Subject(string subject) => new("subject", subject);

    public static SessionOwner ProviderSession(string sid) => new("sid", sid);

    public static IEnumerable<SessionOwner> Of(AuthenticationTicket ticket)
    {
        if (ticket.Principal.FindFirst(IdentityClaims.Subject)?.Value is { } subject)
            yield return Subject(subject);
        if (ticket.Properties.Items.TryGetValue(ProviderSessionItem, out var sid) && sid is not null)
            yield return ProviderSession(sid);
    }
}

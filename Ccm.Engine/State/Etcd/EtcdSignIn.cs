using Etcdserverpb;
using Grpc.Core;

namespace Ccm.Engine.State.Etcd;

/// <summary>
/// The token that etcd gives for a user and a password, kept until a server no longer takes it: it expires, and a server that was
/// started anew has forgotten it.
/// </summary>
internal sealed class EtcdSignIn(EtcdOptions options)
{
    private volatile string? _token;

    /// <summary>What a call carries.</summary>
    /// <param name="needsLeader">A server cut off from its leader answers with an error instead of not at all.</param>
    public Metadata Headers(bool needsLeader = true)
    {
        var headers = new Metadata();
        if (needsLeader)
            headers.Add("hasleader", "true");
        if (_token is { } token)
            headers.Add("token", token);
        return headers;
    }

    /// <summary>Signs in if there is a user and no token.</summary>
    /// <exception cref="EtcdMemberException">The server refuses the user, or cannot answer.</exception>
    public async Task EnsureAsync(EtcdMember member, TimeSpan atMost, CancellationToken cancellationToken)
    {
        if (options.HasUser && _token is null)
            _token = (await member.AskAsync((asked, call) => asked.Auth.AuthenticateAsync(new AuthenticateRequest { Name = options.Username, Password = options.Password }, call), [], atMost, cancellationToken)).Token;
    }

    /// <summary>The token that a call carried was not taken. True when another attempt may have a better one.</summary>
    public bool Forget(Metadata used)
    {
        if (used.GetValue("token") is not { } token)
            return false;
        if (_token == token)
            _token = null;
        return true;
    }
}

using Authpb;
using Ccm.Engine.State.Etcd;
using Etcdserverpb;
using Grpc.Core;

namespace Ccm.Tests.Servers;

/// <summary>etcd's own users, as an operator makes them with <c>etcdctl user</c>, <c>role</c> and <c>auth enable</c>.</summary>
internal static class EtcdUsers
{
    /// <summary>Everything under /ccm/ is the user ccm's (password <c>p-ccm</c>); other (<c>p-other</c>) may only read elsewhere. Then signing in is required.</summary>
    public static async Task RequireAsync(EtcdServer server)
    {
        using var member = Of(server);
        foreach (var (user, role, prefix, type) in new[]
        {
            ("root", "root", "", Permission.Types.Type.Readwrite), ("ccm", "ccm", "/ccm/", Permission.Types.Type.Readwrite), ("other", "other", "/elsewhere/", Permission.Types.Type.Read),
        })
        {
            await member.Auth.UserAddAsync(new AuthUserAddRequest { Name = user, Password = $"p-{user}" });
            await member.Auth.RoleAddAsync(new AuthRoleAddRequest { Name = role });
            if (prefix.Length > 0)
            {
                var (from, until) = EtcdKeys.Prefix(prefix);
                await member.Auth.RoleGrantPermissionAsync(new AuthRoleGrantPermissionRequest { Name = role, Perm = new Permission { Key = from, RangeEnd = until, PermType = type } });
            }
            await member.Auth.UserGrantRoleAsync(new AuthUserGrantRoleRequest { User = user, Role = role });
        }
        await member.Auth.AuthEnableAsync(new AuthEnableRequest());
    }

    /// <summary>The tokens given to the user ccm are good no more, as after their time: its password is set, to the same one.</summary>
    public static async Task ForgetTokensAsync(EtcdServer server)
    {
        using var member = Of(server);
        var root = await member.Auth.AuthenticateAsync(new AuthenticateRequest { Name = "root", Password = "p-root" });
        await member.Auth.UserChangePasswordAsync(new AuthUserChangePasswordRequest { Name = "ccm", Password = "p-ccm" }, new Metadata { { "token", root.Token } });
    }

    private static EtcdMember Of(EtcdServer server) => new(new Uri($"http://{server.Endpoint}"), false, new EtcdTls(new EtcdOptions()), TimeProvider.System);
}

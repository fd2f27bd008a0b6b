using System.Collections.Immutable;

namespace Ccm.Engine.Domain;

public enum Role { Viewer, User, Operator, Admin }

public enum Permission
{
    /// <summary>Definitions and free slots, and one's own instances.</summary>
    ReadOwn,

    /// <summary>Everything but secrets.</summary>
    ReadAll,

    /// <summary>Reserve, stop, extend, cancel one's own instances.</summary>
    ManageOwnInstances,

    /// <summary>The same for anybody's.</summary>
    ManageAnyInstance,

    /// <summary>Drain, cancel a drain, start, stop and create workers.</summary>
    OperateWorkers,
    Collect,
    ForceTerminate,
    Overbook,
    EditDefinitions,
    EditTemplates,
    TerminateWorkers,
    VerifyAudit,
    ResignLeadership,

    /// <summary>Post and withdraw the notice that everybody sees.</summary>
    PostNotice,
}

/// <summary>Who acts.</summary>
/// <param name="Id">The provider's subject, or <c>ccm/{part}</c> for the engine's own acts.</param>
public sealed record Actor(string Id, string Name, ImmutableArray<Role> Roles)
{
    private const string EnginePrefix = "ccm/";

    /// <summary>Whether it asks by the REST interface, as programs do; what it does is told with it.</summary>
    public bool ByRest { get; init; }

    /// <summary>Whether it is a part of CCM and no person.</summary>
    public bool IsEngine => IsEngineId(Id);

    public static bool IsEngineId(string id) => id.StartsWith(EnginePrefix, StringComparison.Ordinal);

    public bool May(Permission permission) => Roles.Any(role => Permissions.Of(role).Contains(permission));

    /// <summary>The engine itself; it may do what its planners decide.</summary>
    public static Actor Engine(string part) => new($"{EnginePrefix}{part}", part, [Role.Admin]);
}

/// <summary>What each role may do.</summary>
public static class Permissions
{
    private static readonly ImmutableHashSet<Permission> Viewer = [Permission.ReadOwn, Permission.ReadAll];

    private static readonly ImmutableHashSet<Permission> User = [Permission.ReadOwn, Permission.ManageOwnInstances];

    private static readonly ImmutableHashSet<Permission> Operator =
    [
        Permission.ReadOwn, Permission.ReadAll, Permission.ManageOwnInstances, Permission.ManageAnyInstance,
        Permission.OperateWorkers, Permission.Collect,
    ];

    private static readonly ImmutableHashSet<Permission> Admin = [.. Enum.GetValues<Permission>()];

    public static ImmutableHashSet<Permission> Of(Role role) => role switch
    {
        Role.Viewer => Viewer,
        Role.User => User,
        Role.Operator => Operator,
        Role.Admin => Admin,
        _ => [],
    };
}

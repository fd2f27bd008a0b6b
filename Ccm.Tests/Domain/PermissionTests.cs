using Ccm.Engine.Domain;
using static Ccm.Engine.Domain.Permission;

namespace Ccm.Tests.Domain;

/// <summary>The table of the rules: what each role may do, all else it may not.</summary>
public sealed class PermissionTests
{
    public static TheoryData<Role, Permission[]> Table() => new()
    {
        { Role.Viewer, [ReadOwn, ReadAll] },
        { Role.User, [ReadOwn, ManageOwnInstances] },
        { Role.Operator, [ReadOwn, ReadAll, ManageOwnInstances, ManageAnyInstance, OperateWorkers, Collect] },
        {
            Role.Admin,
            [
                ReadOwn, ReadAll, ManageOwnInstances, ManageAnyInstance, OperateWorkers, Collect,
                ForceTerminate, Overbook, EditDefinitions, EditTemplates, TerminateWorkers, VerifyAudit, ResignLeadership, PostNotice,
            ]
        },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void May_EveryPermission_IsWhatTheRulesSay(Role role, Permission[] granted) =>
        Assert.All(Enum.GetValues<Permission>(), permission => Assert.Equal(granted.Contains(permission), new Actor("a", "a", [role]).May(permission)));

    [Fact]
    public void May_SeveralRoles_AddUp()
    {
        var actor = new Actor("a", "a", [Role.Viewer, Role.User]);
        Assert.True(actor.May(ReadAll) && actor.May(ManageOwnInstances));
        Assert.False(actor.May(ManageAnyInstance));
    }

    [Fact]
    public void May_NoOrUnknownRole_NothingIsAllowed() =>
        Assert.All(Enum.GetValues<Permission>(), permission =>
        {
            Assert.False(new Actor("a", "a", []).May(permission));
            Assert.False(new Actor("a", "a", [(Role)99]).May(permission));
        });
}

using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Portal.Components.Grid;
using Ccm.Portal.Components.Pages.Instances;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Components.Grid;

public sealed class RowViewsTests
{
    private static readonly Actor Viewer = new("v", "V", [Role.Viewer]);
    private static readonly Actor User = new("user", "U", [Role.User]);

    [Fact]
    public void Open_SameQueryBySeveral_ShareRowsUntilAllHaveLeft()
    {
        var views = new RowViews();
        var fleet = Fleet(1, Entry("i-1"));
        var one = views.Open(InstanceTable.Table, GridQuery.All, Viewer, fleet);
        var other = views.Open(InstanceTable.Table, GridQuery.All, PortalContext.Admin, fleet);
        var own = views.Open(InstanceTable.Table, GridQuery.All, User, fleet);

        Assert.Same(one.Rows, other.Rows);
        Assert.NotSame(one.Rows, own.Rows);
        one.Dispose();
        one.Dispose();
        own.Dispose();
        Assert.Equal(1, views.Count);
        other.Dispose();
        Assert.Equal(0, views.Count);
    }

    /// <summary>As somebody does who has paused the page and chooses another filter: others go on meanwhile.</summary>
    [Fact]
    public void Open_AtAnOlderSnapshotThanOthers_ShowsThatOneUntilItFollows()
    {
        var views = new RowViews();
        var (first, second) = (Fleet(1, Entry("i-1")), Fleet(2, Entry("i-1"), Entry("i-2")));
        var live = views.Open(InstanceTable.Table, GridQuery.All, Viewer, second);

        var paused = views.Open(InstanceTable.Table, GridQuery.All, Viewer, first);

        Assert.Equal(["i-1"], paused.Rows.Shown.Select(entry => entry.Id));
        Assert.Equal(2, live.Rows.Total);
        Assert.True(paused.Follow(Change(first, second, "i-2")));
        Assert.Same(live.Rows, paused.Rows);
    }

    [Fact]
    public void Follow_TwoAtDifferentPaces_SeeTheSameInTheEnd()
    {
        var views = new RowViews();
        var (first, second, third) = (Fleet(1, Entry("i-1")), Fleet(2, Entry("i-1", InstanceState.Running)), Fleet(3, Entry("i-1", InstanceState.Running), Entry("i-2")));
        var fast = views.Open(InstanceTable.Table, GridQuery.All, Viewer, first);
        var slow = views.Open(InstanceTable.Table, GridQuery.All, Viewer, first);

        Assert.True(fast.Follow(Change(first, second, "i-1")));
        Assert.True(fast.Follow(Change(second, third, "i-2")));
        Assert.True(slow.Follow(Change(first, third, "i-1", "i-2")));

        Assert.Same(fast.Rows, slow.Rows);
        Assert.Equal(2, slow.Rows.Total);
        Assert.Equal(1, slow.Rows.Counts["RUNNING"]);
    }

    /// <summary>Somebody who comes at a later snapshot takes the rows along; what lies between is in nobody's change.</summary>
    [Fact]
    public void Follow_ChangeThatBeginsLaterThanTheRows_ReadsAllAnew()
    {
        var views = new RowViews();
        var (first, second, third) = (Fleet(1, Entry("i-1")), Fleet(2, Entry("i-1"), Entry("i-2")), Fleet(3, Entry("i-1"), Entry("i-2"), Entry("i-3")));
        var view = views.Open(InstanceTable.Table, GridQuery.All, Viewer, first);

        view.Follow(Change(second, third, "i-3"));

        Assert.Equal(3, view.Rows.Total);
    }

    [Fact]
    public void Follow_StoreSetBack_ForgetsWhatIsNoMore()
    {
        var views = new RowViews();
        var (late, early) = (Fleet(9, Entry("i-1"), Entry("i-2")), Fleet(4, Entry("i-1")));
        var view = views.Open(InstanceTable.Table, GridQuery.All, Viewer, late);

        view.Follow(FleetChange.Resync(late, early));
        Assert.Equal(1, view.Rows.Total);

        view.Follow(Change(early, Fleet(5, Entry("i-3")), "i-1", "i-3"));
        Assert.Equal(["i-3"], view.Rows.Shown.Select(entry => entry.Id));
    }

    [Fact]
    public void Follow_SomebodyElses_IsNoChange()
    {
        var (first, second) = (Fleet(1, Entry("i-1")), Fleet(2, Entry("i-1"), Entry("i-2", owner: "else")));
        var view = new RowViews().Open(InstanceTable.Own, GridQuery.All, User, first);

        Assert.False(view.Follow(Change(first, second, "i-2")));
        Assert.Equal(1, view.Rows.Total);
    }

    private static FleetSnapshot Fleet(long revision, params InstanceEntry[] entries) =>
        new() { Revision = revision, Instances = System.Collections.Immutable.ImmutableDictionary.CreateRange(entries.Select(entry => KeyValuePair.Create(entry.Id, entry))) };

    private static InstanceEntry Entry(string id, InstanceState state = InstanceState.Pending, string owner = "user") => new(Sample.Instance(id, state) with { OwnerId = owner }, 1, null);

    private static FleetChange Change(FleetSnapshot before, FleetSnapshot after, params string[] ids) => new(before, after, false, [.. ids], [], false, false, false, false);
}

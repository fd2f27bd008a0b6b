using Ccm.Portal.Components.Grid;

namespace Ccm.Tests.Components.Grid;

public sealed class GridSelectionTests
{
    private readonly GridSelection _selection = new();

    /// <summary>A browser tells where it went a moment after it was asked to.</summary>
    [Fact]
    public void Hear_WhatWasWrittenBeforeMoreWasSelected_ChangesNothing()
    {
        _selection.Ids = ["a"];
        var first = _selection.Say();
        _selection.Ids = ["a", "b"];
        var second = _selection.Say();

        _selection.Hear(first, anew: false, _ => true);
        Assert.Equal(["a", "b"], _selection.Ids.Order());
        _selection.Hear(second, anew: false, _ => true);
        Assert.Equal(["a", "b"], _selection.Ids.Order());

        _selection.Hear("c", anew: false, _ => true);
        Assert.Equal(["c"], _selection.Ids);
    }

    [Fact]
    public void Hear_OtherRows_TakesWhatTheAddressSays()
    {
        _selection.Ids = ["a"];
        var said = _selection.Say();

        _selection.Hear(said, anew: true, id => id == "a");
        Assert.Equal(["a"], _selection.Ids);
        _selection.Hear(null, anew: true, _ => true);
        Assert.Empty(_selection.Ids);
    }

    [Fact]
    public void Hear_MoreThanAnAddressTakes_TakesTheFirst()
    {
        _selection.Hear(string.Join(',', Enumerable.Range(0, 1000)), anew: false, _ => true);

        Assert.Equal(GridSelection.Most, _selection.Ids.Count);
    }

    [Fact]
    public void Say_MoreThanAnAddressTakes_SaysNothingAndIsKept()
    {
        _selection.Ids = [.. Enumerable.Range(0, 51).Select(n => $"{n}")];

        Assert.True(_selection.IsSaid);
        Assert.Null(_selection.Say());
        _selection.Hear(null, anew: false, _ => true);
        Assert.Equal(51, _selection.Ids.Count);
        Assert.False(_selection.Fits);
    }
}

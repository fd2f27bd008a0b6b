using Ccm.Engine.Control;

namespace Ccm.Tests.Control;

public sealed class LabTextsTests
{
    [Fact]
    public void Find_WhatWasKept_IsIt()
    {
        var labs = new LabTexts();
        labs.Keep("ospf", "1.0.0", "a");
        labs.Keep("ospf", "1.0.0", "a");

        Assert.Equal("a", labs.Find("ospf", "1.0.0"));
        Assert.Null(labs.Find("ospf", "2.0.0"));
    }

    [Fact]
    public void Keep_PastTheBound_ForgetsAndKeepsOn()
    {
        var labs = new LabTexts();
        var large = new string('x', 2 * 1024 * 1024);
        for (var n = 0; n < 100; n++)
            labs.Keep($"lab-{n}", "1.0.0", large);

        Assert.InRange(Enumerable.Range(0, 100).Count(n => labs.Find($"lab-{n}", "1.0.0") is not null), 1, 16);
        labs.Keep("late", "1.0.0", "a");
        Assert.Equal("a", labs.Find("late", "1.0.0"));
    }
}

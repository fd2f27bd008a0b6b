using Ccm.Engine.Labs;
using Ccm.Tests.Components;

namespace Ccm.Tests.Labs;

public sealed class LabCheckTests
{
    private static readonly string Lab = LabText.TwoRouters("two").ReplaceLineEndings("\n");

    /// <summary>The schema knows every key that CML wrote into 42 files of people.</summary>
    [Theory]
    [MemberData(nameof(PublicLabs.Names), MemberType = typeof(PublicLabs))]
    public void Read_PublicFile_IsReadAndHasNoUnknownKey(string name)
    {
        var reading = LabCheck.Read(PublicLabs.Read(name));

        Assert.NotNull(reading.Topology);
        Assert.DoesNotContain(reading.Remarks, remark => remark.Kind != RemarkKind.Note);
    }

    [Fact]
    public void Read_WrongKey_IsRemarkedAtItsPlaceWithTheRightOne()
    {
        var reading = LabCheck.Read(Lab.Replace("label: R2", "lable: R2", StringComparison.Ordinal));

        var remark = Assert.Single(reading.Remarks);
        Assert.NotNull(reading.Topology);
        Assert.Equal((RemarkKind.Warning, LineOf("label: R2"), 5, 10), (remark.Kind, remark.Line, remark.Start, remark.End));
        Assert.Equal("A lab file has no key 'lable' in nodes[]. Did you mean 'label'?", remark.Text);
    }

    [Fact]
    public void Read_WhatPublishingRefuses_IsAnErrorAtItsLine()
    {
        var reading = LabCheck.Read(Lab.Replace("n2: n1", "n2: n9", StringComparison.Ordinal));

        var remark = Assert.Single(reading.Remarks);
        Assert.Null(reading.Topology);
        Assert.Equal(RemarkKind.Error, remark.Kind);
        Assert.Contains("node 'n9', which does not exist", remark.Text, StringComparison.Ordinal);
        Assert.Equal(LineOf("- id: l0"), remark.Line);
    }

    [Fact]
    public void Read_NodeDefinitionOfNobody_IsANote()
    {
        var remark = Assert.Single(LabCheck.Read(Lab.Replace("unmanaged_switch", "my_own", StringComparison.Ordinal)).Remarks);

        Assert.Equal((RemarkKind.Note, LineOf("unmanaged_switch")), (remark.Kind, remark.Line));
        Assert.Contains("1 core and 1024 MB", remark.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0")]
    [InlineData("lab: {\n")]
    [InlineData("- a\n- b")]
    public void Read_NoLabAtAll_IsOneErrorOrMoreAndNoCrash(string text) =>
        Assert.Contains(LabCheck.Read(text).Remarks, remark => remark.Kind == RemarkKind.Error && remark.Line >= 1);

    [Fact]
    public void Read_TooLarge_SaysTheLimit() =>
        Assert.Contains("larger than 2 MB", Assert.Single(LabCheck.Read(new string('a', (2 * 1024 * 1024) + 1)).Remarks).Text, StringComparison.Ordinal);

    private static int LineOf(string text) => Lab[..Lab.IndexOf(text, StringComparison.Ordinal)].Count(character => character == '\n') + 1;
}

using Ccm.Engine.Domain;
using CsCheck;

namespace Ccm.Tests.Domain;

public sealed class AmountsTests
{
    public static readonly Gen<Capacity> AnyCapacity = Gen.Select(Gen.Int[0, 100], Gen.Int[0, 100], Gen.Int[0, 100], Gen.Int[0, 100], (c, m, s, n) => new Capacity(c, m, s, n));

    [Fact]
    public void TakeAndGiveBack_AnyAmounts_AreTheSameAgain() => Gen.Select(AnyCapacity, AnyCapacity).Sample((all, part) =>
    {
        Assert.Equal(all, all - part + part);
        Assert.Equal(all, Capacity.Add(Capacity.Subtract(all, part), part));
        Assert.Equal(all + part, part + all);
        Assert.Equal(Capacity.None, all - all);
    });

    [Fact]
    public void Fits_AnyDemand_OnlyWhenEachAmountIsLeft() => Gen.Select(AnyCapacity, AnyCapacity).Sample((room, demand) =>
    {
        var left = room - demand;
        var enough = left.CpuCores >= 0 && left.MemoryGb >= 0 && left.StorageGb >= 0 && left.Nodes >= 0;
        Assert.Equal(enough, room.Fits(demand));
        Assert.Equal(enough, left.IsWithin(room));
        Assert.Equal(left == room, (room + demand).IsWithin(room));
    });

    [Theory]
    [InlineData(LicenseType.Personal, 500, 20)]
    [InlineData(LicenseType.Evaluation, 500, 5)]
    [InlineData(LicenseType.Enterprise, 500, 500)]
    public void NodeLimit_EachLicence_IsWhatTheRulesSay(LicenseType license, int maxNodes, int limit)
    {
        Assert.Equal(limit, Licences.NodeLimit(license, maxNodes));
        Assert.Equal(limit, (Sample.Template() with { LicenseType = license, MaxNodes = maxNodes }).Declared.Nodes);
    }

    [Fact]
    public void Declared_Template_OvercommitsCoresOnly() =>
        Assert.Equal(new Capacity(64, 128, 200, 100), (Sample.Template() with { CpuOvercommit = 8 }).Declared);
}

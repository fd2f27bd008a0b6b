using Ccm.Engine.Watching;
using Ccm.Portal.Components.Grid;
using Ccm.Portal.Components.Pages.Instances;
using CsCheck;

namespace Ccm.Tests.Components.Grid;

public sealed class GridQueryTests
{
    private static readonly Gen<string> Text = Gen.Char["ab &=?,\\%+#ü<\"/"].Array[0, 6].Select(letters => new string(letters).Trim());

    /// <summary>Whatever is chosen comes back from the address it is written into.</summary>
    [Fact]
    public void Address_AnyQuery_IsReadAsItWasWritten() => Gen.Select(Text, Text, Gen.Int[0, 2], Gen.Bool).Sample((text, owner, state, descending) =>
    {
        var query = (GridQuery.All with { Text = text, Sort = "lab", Descending = descending })
            .Choose("owner", owner.Length == 0 ? [] : [owner, "other"])
            .Choose("state", state switch { 0 => [], 1 => ["RUNNING"], _ => ["PENDING", "RUNNING"] });

        var read = GridQuery.Read(InstanceTable.Table, "?" + query.Address);
        Assert.Equal(query.Address, read.Address);
        Assert.Equal(query.ChosenOf("owner"), read.ChosenOf("owner"));
    });

    [Theory]
    [InlineData("", "")]
    [InlineData("?sort=nonsense&order=desc", "")]
    [InlineData("?SORT=x&q=", "")]
    [InlineData("?sort=Lab", "sort=lab&order=asc")]
    [InlineData("?sort=lab&order=sideways", "sort=lab&order=asc")]
    [InlineData("?state=running,nonsense,7&state=PENDING", "state=PENDING%2CRUNNING")]
    [InlineData("?outcome=workerlost", "outcome=WorkerLost")]
    [InlineData(@"?owner=cn=ana\,dc=lab,ben", "owner=ben%2Ccn%3Dana%5C%2Cdc%3Dlab")]
    [InlineData(@"?owner=LAB\ana", "owner=LAB%5C%5Cana")]
    [InlineData("?owner=,,", "")]
    [InlineData("?q=%00%FF", "q=%00%25FF")]
    [InlineData("?&&==&q", "")]
    public void Read_AnyAddress_TakesWhatMakesSense(string query, string meant) => Assert.Equal(meant, GridQuery.Read(InstanceTable.Table, query).Address);

    [Fact]
    public void Read_EndlessText_IsIgnored() => Assert.Equal("", GridQuery.Read(InstanceTable.Table, "?q=" + new string('x', 5000) + "&owner=" + new string('y', 5000)).Address);

    [Fact]
    public void Toggle_Twice_IsAsBefore()
    {
        var one = GridQuery.All.Toggle("state", "RUNNING");

        Assert.Equal("state=RUNNING", one.Address);
        Assert.Equal("", one.Toggle("state", "RUNNING").Address);
    }

    /// <summary>Every column can be sorted by, and then says so in its address by a name of its own.</summary>
    [Fact]
    public void Columns_OfInstances_HaveNamesOfTheirOwn() => Assert.Equal(InstanceTable.Table.Columns.Length, InstanceTable.Table.Columns.Select(column => column.Key).Distinct(StringComparer.OrdinalIgnoreCase).Count());

    [Fact]
    public void ParametersFor_Nothing_TakesAllAway() => Assert.All(GridQuery.All.ParametersFor<InstanceEntry>(InstanceTable.Table), parameter => Assert.Null(parameter.Value));
}

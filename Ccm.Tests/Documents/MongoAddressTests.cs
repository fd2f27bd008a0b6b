using Ccm.Engine.Documents.MongoDb;
using MongoDB.Driver;

namespace Ccm.Tests.Documents;

public sealed class MongoAddressTests
{
    [Theory]
    [InlineData("10.0.0.1:27017")]
    [InlineData("http://user:secret@10.0.0.1")]
    [InlineData("mongodb://")]
    [InlineData("mongodb://user:secret@10.0.0.1:port")]
    [InlineData("mongodb://user:sec@ret@10.0.0.1")]
    [InlineData("mongodb://user:secret@10.0.0.1/?w=-7")]
    [InlineData("mongodb://user:secret@10.0.0.1/?authMechanism=SECRET")]
    public void Read_TextThatCannotBe_NamesTheSettingAndTheFixAndKeepsTheSecret(string text)
    {
        var refused = Assert.Throws<FormatException>(() => MongoAddress.Read(text));

        Assert.StartsWith("ConnectionStrings:mongodb cannot be read: give mongodb://", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sec", refused.ToString().Replace("Read_TextThatCannotBe_NamesTheSettingAndTheFixAndKeepsTheSecret", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OptionsThatLoseWritesOrWaitLong_AreOverruled()
    {
        var settings = MongoAddress.Read("mongodb://10.0.0.1/?w=1&journal=false&readPreference=secondary&readConcernLevel=local&serverSelectionTimeoutMS=60000").Settings;

        Assert.Equal("majority", settings.WriteConcern.W.ToString());
        Assert.NotNull(settings.WriteConcern.WTimeout);
        Assert.NotEqual(false, settings.WriteConcern.Journal);
        Assert.Equal(ReadPreference.Primary, settings.ReadPreference);
        Assert.Equal(ReadConcern.Majority, settings.ReadConcern);
        Assert.InRange(settings.ServerSelectionTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("mongodb://10.0.0.1", "ccm")]
    [InlineData("mongodb://10.0.0.1/?replicaSet=rs0", "ccm")]
    [InlineData("mongodb://user:p%40ss@10.0.0.1,10.0.0.2/labs?authSource=admin", "labs")]
    public void Read_Path_IsTheDatabase(string text, string database) => Assert.Equal(database, MongoAddress.Read(text).Database);
}

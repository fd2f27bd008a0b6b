using System.Net;

namespace Ccm.Tests.Api;

public sealed class NoticeApiTests(ApiHost host) : IClassFixture<ApiHost>
{
    private const string Path = "/api/v1/system/notice";
    private readonly HttpClient _admin = host.Client();

    [Fact]
    public async Task Put_Get_Delete_AreAuditedAndEverybodyReads()
    {
        using var user = host.Client("user");
        await (await user.GetAsync(Path, TestContext.Current.CancellationToken)).Refused(HttpStatusCode.NotFound, "no notice");

        var posted = await (await _admin.SendJsonAsync(Path, """{"text":"  Maintenance at noon. ","until":"2099-01-01T12:00:00Z"}""", method: HttpMethod.Put)).Refused(HttpStatusCode.BadRequest, "at most a year ahead");
        Assert.NotNull(posted);
        await (await _admin.SendJsonAsync(Path, """{"text":"  Maintenance at noon. "}""", method: HttpMethod.Put)).Ok();
        await (await _admin.SendJsonAsync(Path, """{"text":"Maintenance at one."}""", method: HttpMethod.Put)).Ok();

        var read = (await user.ReadAsync(Path)).AsObject();
        Assert.Equal(["text", "until", "postedAt", "by"], read.Select(field => field.Key));
        Assert.Equal(("Maintenance at one.", "admin"), ((string?)read["text"], (string?)read["by"]));

        Assert.Equal(HttpStatusCode.NoContent, (await _admin.DeleteAsync(Path, TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await _admin.DeleteAsync(Path, TestContext.Current.CancellationToken)).StatusCode);
        await (await user.GetAsync(Path, TestContext.Current.CancellationToken)).Refused(HttpStatusCode.NotFound);
        await host.UntilAsync(snapshot => snapshot.Outbox.IsEmpty);
        var events = (await _admin.ReadAsync("/api/v1/audit?subject=system/notice"))["items"]!.AsArray();
        Assert.Equal(["ccm.system.notice.withdrawn", "ccm.system.notice.posted", "ccm.system.notice.posted"], events.Select(told => (string?)told!["type"]));
        Assert.Equal("Maintenance at noon.", (string?)events[1]!["data"]!["changes"]!.AsArray().Single(change => (string?)change!["field"] == "text")!["before"]);
    }

    [Theory]
    [InlineData("viewer")]
    [InlineData("user")]
    [InlineData("operator")]
    public async Task Put_OtherRoles_AreRefused(string role)
    {
        using var client = host.Client(role);
        await (await client.SendJsonAsync(Path, """{"text":"x"}""", method: HttpMethod.Put)).Refused(HttpStatusCode.Forbidden, "role admin");
        await (await client.DeleteAsync(Path, TestContext.Current.CancellationToken)).Refused(HttpStatusCode.Forbidden, "role admin");
    }

    [Theory]
    [InlineData("""{}""", "text")]
    [InlineData("""{"text":"   "}""", "1 to 500")]
    [InlineData("""{"text":"a\u0007b"}""", "plain text")]
    [InlineData("""{"text":"x","until":"2000-01-01T00:00:00Z"}""", "time to come")]
    [InlineData("""{"text":"x","until":"2027-01-01T00:00:00"}""", "until")]
    public async Task Put_BadBody_NamesWhatIsWrong(string body, string told) =>
        await (await _admin.SendJsonAsync(Path, body, method: HttpMethod.Put)).Refused(HttpStatusCode.BadRequest, told);

    [Fact]
    public async Task Put_TooLong_IsRefusedWithItsLength() =>
        await (await _admin.SendJsonAsync(Path, $$"""{"text":"{{new string('x', 501)}}"}""", method: HttpMethod.Put)).Refused(HttpStatusCode.BadRequest, "501 characters");
}

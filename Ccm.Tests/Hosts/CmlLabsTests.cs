using Ccm.Engine.Hosts;
using Ccm.Engine.Hosts.Cml;
using Ccm.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccm.Tests.Hosts;

/// <summary>The contract, and what only an HTTP host can do: lose tokens and answers, and answer nonsense.</summary>
public sealed class CmlLabsTests : LabBackendContract
{
    private readonly ManualTime _time = new();
    private CmlStandIn _host = null!;
    private CmlClient? _client;

    [Fact]
    public async Task List_TokenRanOut_SignsInOnceMore()
    {
        await StartAsync();
        await ImportAsync();
        _host.ExpireTokens();

        Assert.Single(await ListAsync());
        Assert.Equal(2, _host.SignIns);
    }

    [Fact]
    public async Task List_NewTokenIsRefusedToo_IsUnreachableAfterOneMoreSignIn()
    {
        await StartAsync();
        _host.Fault = request => request.Path.Value!.EndsWith("/labs", StringComparison.Ordinal) ? new StandInFault.Answer(401, "no") : null;

        var exception = await Assert.ThrowsAsync<HostUnreachableException>(ListAsync);

        Assert.Contains("Ccm:Hosts:Static:a:Username", exception.Message, StringComparison.Ordinal);
        Assert.Equal(2, _host.SignIns);
    }

    /// <summary>The stand-in repeats the password in its refusal, as a careless host might.</summary>
    [Fact]
    public async Task List_PasswordRefused_NamesTheSettingAndNotThePassword()
    {
        var labs = await PrepareAsync("wrong-s3cret");

        var exception = await Assert.ThrowsAsync<HostUnreachableException>(() => labs.ListAsync(Worker, Cancellation));

        Assert.Contains("Ccm:Hosts:Static:a", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-s3cret", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_PasswordFile_IsReadAtEachSignIn()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "not-yet\n", Cancellation);
        _host = await CmlStandIn.StartAsync();
        var labs = Backend(new CmlHostOptions { Url = _host.Address.ToString(), Username = CmlStandIn.Username, PasswordFile = file });
        await Assert.ThrowsAsync<HostUnreachableException>(() => labs.ListAsync(Worker, Cancellation));

        await File.WriteAllTextAsync(file, CmlStandIn.Password + "\n", Cancellation);

        Assert.Empty(await labs.ListAsync(Worker, Cancellation));
        File.Delete(file);
    }

    /// <summary>The engine lists by title before it imports again.</summary>
    [Fact]
    public async Task Import_AnswerLost_IsUnreachableAndThereAfterAll()
    {
        await StartAsync();
        await ListAsync();
        _host.Fault = request => request.Path.Value!.EndsWith("/import", StringComparison.Ordinal) ? new StandInFault.LostAnswer() : null;

        await Assert.ThrowsAsync<HostUnreachableException>(() => ImportAsync());

        Assert.Equal("ccm-i-1", Assert.Single(await ListAsync()).Title);
    }

    [Fact]
    public async Task Import_TitleWithSignsOfAnAddress_KeepsIt()
    {
        await StartAsync();

        await ImportAsync(title: "a&b=c #1/é");

        Assert.Equal("a&b=c #1/é", Assert.Single(await ListAsync()).Title);
    }

    [Fact]
    public async Task Import_NoLab_IsRefusedInTheHostsWords()
    {
        await StartAsync();

        var exception = await Assert.ThrowsAsync<HostRefusedException>(() => Labs.ImportAsync(Worker, "ccm-i-1", "nodes: 7", Cancellation));

        Assert.Contains("the topology cannot be read", exception.Message, StringComparison.Ordinal);
    }

    public static TheoryData<int, string, string> OtherAnswers => new()
    {
        { 200, "text/html", "<html>Sign in to the hotel's network</html>" },
        { 200, "application/json", """{"labs":[]}""" },
        { 200, "application/json", """[1,2]""" },
        { 200, "application/json", """["../../etc/passwd"]""" },
        { 200, "application/json", """["a b"]""" },
        { 200, "application/json", "null" },
        { 200, "application/json", "[null]" },
        { 200, "application/json", "" },
        { 200, "application/json", new string('[', 20_000) },
        { 200, "application/json", $"[\"{new string('x', 5 * 1024 * 1024)}\"]" },
        { 200, "application/json", $"[{string.Join(',', Enumerable.Range(0, 1001).Select(n => $"\"lab-{n}\""))}]" },
        { 302, "text/html", "" },
        { 403, "application/json", """{"code":403,"description":"Not yours."}""" },
        { 404, "text/html", "<html>nothing here</html>" },
        { 429, "text/html", "slow down" },
        { 500, "text/html", "<html>Internal Server Error</html>" },
        { 502, "text/html", "<html>Bad Gateway</html>" },
        { 503, "application/json", """{"code":503,"description":"Starting up."}""" },
        { 504, "text/html", "" },
    };

    [Theory]
    [MemberData(nameof(OtherAnswers))]
    public async Task List_AnswerThatIsNotCmls_IsUnreachable(int status, string contentType, string body)
    {
        await StartAsync();
        _host.Fault = request => request.Path.Value!.EndsWith("/labs", StringComparison.Ordinal) ? new StandInFault.Answer(status, body, contentType) : null;

        var exception = await Assert.ThrowsAsync<HostUnreachableException>(ListAsync);

        Assert.Contains(_host.Address.ToString(), exception.Message, StringComparison.Ordinal);
        Assert.True(exception.Message.Length < 600, exception.Message);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(500)]
    public async Task Start_Refused_SaysItInTheHostsWords(int status)
    {
        await StartAsync();
        var id = await ImportAsync();
        _host.Fault = request => request.Path.Value!.EndsWith("/start", StringComparison.Ordinal) ? new StandInFault.Answer(status, $$"""{"code":{{status}},"description":"Not\nnow."}""", "application/json") : null;

        var exception = await Assert.ThrowsAsync<HostRefusedException>(() => Labs.StartAsync(Worker, id, Cancellation));

        Assert.Equal($"CML refuses ({status}): Not now.", exception.Message);
    }

    /// <summary>Somebody else's page, with a good status, is no start.</summary>
    [Fact]
    public async Task Start_AnsweredByAPage_IsUnreachable()
    {
        await StartAsync();
        var id = await ImportAsync();
        _host.Fault = request => request.Path.Value!.EndsWith("/start", StringComparison.Ordinal) ? new StandInFault.Answer(200, "<html>Welcome</html>") : null;

        await Assert.ThrowsAsync<HostUnreachableException>(() => Labs.StartAsync(Worker, id, Cancellation));
    }

    [Fact]
    public async Task List_HostThatHoldsTheLine_GivesUpInTime()
    {
        await StartAsync();
        await ListAsync();
        var asked = new TaskCompletionSource();
        _host.Fault = _ =>
        {
            asked.TrySetResult();
            return new StandInFault.Silence();
        };

        var listing = ListAsync();
        await asked.Task;
        _time.Jump(TimeSpan.FromSeconds(11));

        Assert.Contains("did not answer within 10 s", (await Assert.ThrowsAsync<HostUnreachableException>(() => listing)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_LabThatGoesWhileItIsListed_IsLeftOut()
    {
        await StartAsync();
        var stays = await ImportAsync();
        var goes = _host.Put("ccm-i-2");
        _host.Fault = request =>
        {
            if (request.Path.Value!.EndsWith(goes, StringComparison.Ordinal))
                _host.Take(goes);
            return null;
        };

        Assert.Equal(stays, Assert.Single(await ListAsync()).Id);
    }

    public static TheoryData<int, string> NoLab => new()
    {
        { 403, """{"code":403,"description":"Not yours."}""" },
        { 500, "<html>Internal Server Error</html>" },
        { 200, """{"lab_title":"theirs","state":"STARTED"}""" },
        { 200, "null" },
    };

    [Theory]
    [MemberData(nameof(NoLab))]
    public async Task List_LabOfOthersThatCannotBeRead_IsLeftOut(int status, string body)
    {
        await StartAsync();
        var own = await ImportAsync();
        Break(_host.Put("theirs"), status, body);

        Assert.Equal(own, Assert.Single(await ListAsync()).Id);
    }

    /// <summary>Left out, it would look as if it were gone: its instance would end, or another be imported.</summary>
    [Theory]
    [MemberData(nameof(NoLab))]
    public async Task List_OwnLabThatCannotBeRead_IsUnreachable(int status, string body)
    {
        await StartAsync();
        Break(await ImportAsync(), status, body);
        _host.Put("theirs");

        await Assert.ThrowsAsync<HostUnreachableException>(ListAsync);
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _client?.Dispose();
        await _host.DisposeAsync();
    }

    protected override Task<ILabBackend> PrepareAsync() => PrepareAsync(CmlStandIn.Password);

    protected override void Settle() => _host.Settle();

    protected override Task TakeAwayAsync()
    {
        _host.Fault = _ => new StandInFault.Hangup();
        return Task.CompletedTask;
    }

    private void Break(string lab, int status, string body) =>
        _host.Fault = request => request.Path.Value!.EndsWith(lab, StringComparison.Ordinal) ? new StandInFault.Answer(status, body, "application/json") : null;

    private async Task<ILabBackend> PrepareAsync(string password)
    {
        _host = await CmlStandIn.StartAsync();
        return Backend(new CmlHostOptions { Url = _host.Address.ToString(), Username = CmlStandIn.Username, Password = password });
    }

    private CmlLabs Backend(CmlHostOptions options)
    {
        _client = new CmlClient("Ccm:Hosts:Static:a", options, _time);
        return new CmlLabs((_, _) => Task.FromResult(_client), NullLogger<CmlLabs>.Instance);
    }
}

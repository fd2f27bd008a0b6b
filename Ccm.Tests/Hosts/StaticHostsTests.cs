using Ccm.Engine.Domain;
using Ccm.Engine.Hosts;
using Ccm.Engine.Hosts.Cml;
using Ccm.Engine.Hosts.Static;
using Ccm.Engine.State;
using Ccm.Tests.Components;
using Ccm.Tests.Domain;
using Ccm.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Ccm.Tests.Hosts;

/// <summary>Listed hosts: whose each is, and whether it is what was declared.</summary>
public sealed class StaticHostsTests : IAsyncDisposable
{
    private readonly MemoryStateStore _store = new();
    private readonly List<IDisposable> _made = [];
    private readonly List<CmlStandIn> _hosts = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Create_TwoWorkers_GetTwoHostsAndKeepThem()
    {
        var provider = await ProviderAsync("a", "b");
        await provider.CreateAsync(await LivingAsync("w-1"), Cancellation);
        await provider.CreateAsync(await LivingAsync("w-2"), Cancellation);

        await provider.CreateAsync(Worker("w-1"), Cancellation);

        Assert.Equal(new() { ["a"] = "w-1", ["b"] = "w-2" }, await ClaimsAsync());
    }

    [Fact]
    public async Task Create_NoneFree_IsRefusedWithTheSettingToChange()
    {
        var provider = await ProviderAsync("a");
        await provider.CreateAsync(await LivingAsync("w-1"), Cancellation);

        var exception = await Assert.ThrowsAsync<HostRefusedException>(() => provider.CreateAsync(Worker("w-2"), Cancellation));

        Assert.Contains("Ccm:Hosts:Static", exception.Message, StringComparison.Ordinal);
        Assert.Equal(new() { ["a"] = "w-1" }, await ClaimsAsync());
    }

    [Fact]
    public async Task Create_HostOfAnotherTemplate_IsNotTaken()
    {
        var provider = await ProviderAsync(("a", "other"), ("b", "metal"));

        await provider.CreateAsync(Worker("w-1"), Cancellation);

        Assert.Equal(new() { ["b"] = "w-1" }, await ClaimsAsync());
        await Assert.ThrowsAsync<HostRefusedException>(() => provider.CreateAsync(Worker("w-2") with { Template = "third" }, Cancellation));
    }

    [Fact]
    public async Task Terminate_PutsTheHostBack()
    {
        var provider = await ProviderAsync("a");
        await provider.CreateAsync(await LivingAsync("w-1"), Cancellation);

        await provider.TerminateAsync(Worker("w-1"), Cancellation);
        await provider.TerminateAsync(Worker("w-1"), Cancellation);
        await provider.CreateAsync(Worker("w-2"), Cancellation);

        Assert.Equal(new() { ["a"] = "w-2" }, await ClaimsAsync());
    }

    /// <summary>Of a worker that ended without having put it back.</summary>
    [Theory]
    [InlineData(WorkerState.Terminated)]
    [InlineData(null)]
    public async Task Create_HostOfAWorkerThatEnded_IsTaken(WorkerState? state)
    {
        var provider = await ProviderAsync("a");
        await provider.CreateAsync(Worker("w-1"), Cancellation);
        if (state is { } ended)
            await LivingAsync("w-1", ended);

        await provider.CreateAsync(Worker("w-2"), Cancellation);

        Assert.Equal(new() { ["a"] = "w-2" }, await ClaimsAsync());
    }

    /// <summary>Two leaders, both of which have read before either writes.</summary>
    [Fact]
    public async Task Create_FromTwoLeadersAtOnce_GivesEachHostOnce()
    {
        IWorkerProvider[] leaders = [await ProviderAsync("a", "b"), await ProviderAsync("a", "b")];
        Worker[] workers = [await LivingAsync("w-1"), await LivingAsync("w-2")];
        var (read, both) = (0, new TaskCompletionSource());
        _store.AfterRead = key =>
        {
            if (key == StateKeys.StaticHosts && Interlocked.Increment(ref read) == 2)
                both.SetResult();
            return key == StateKeys.StaticHosts ? both.Task : Task.CompletedTask;
        };

        await Task.WhenAll(leaders.Zip(workers, (leader, worker) => leader.CreateAsync(worker, Cancellation)));

        var claims = await ClaimsAsync();
        Assert.Equal(["a", "b"], claims.Keys.Order());
        Assert.Equal(["w-1", "w-2"], claims.Values.Order());
    }

    [Fact]
    public async Task Describe_AsDeclared_IsReadyWithoutTrouble()
    {
        var provider = await ProviderAsync("a");
        await provider.CreateAsync(Worker("w-1"), Cancellation);

        Assert.Equal(new HostDescription(HostPhase.Ready, "127.0.0.1", null), await provider.DescribeAsync(Worker("w-1"), Cancellation));
    }

    [Fact]
    public async Task Describe_NotReady_IsBooting()
    {
        var provider = await ProviderAsync("a");
        await provider.CreateAsync(Worker("w-1"), Cancellation);
        _hosts[0].Ready = false;

        Assert.Equal(HostPhase.Booting, (await provider.DescribeAsync(Worker("w-1"), Cancellation))!.Phase);
    }

    public static TheoryData<string, string> Lies => new()
    {
        { "memory", "It has 63 GB of memory, and 64 are declared." },
        { "cores", "It has 7 cores, and 8 are declared." },
        { "disk", "It has 499 GB of storage, and 500 are declared." },
        { "nodes", "Its licence covers 39 nodes, and 40 are declared." },
        { "licence", "Its licence is not in order: registration COMPLETED, authorization OUT_OF_COMPLIANCE." },
        { "version", "It runs CML 2.7.0, and CML 2.8.1 is declared." },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task Describe_LessThanDeclared_SaysWhatIsMissing(string lie, string said)
    {
        var provider = await ProviderAsync("a");
        await provider.CreateAsync(Worker("w-1"), Cancellation);
        var host = _hosts[0];
        switch (lie)
        {
            case "memory": host.MemoryBytes = (64L << 30) - 1; break;
            case "cores": host.Cores = 7; break;
            case "disk": host.DiskBytes = (500L << 30) - 1; break;
            case "nodes": host.ExtraNodes = 19; break;
            case "licence": host.Authorization = "OUT_OF_COMPLIANCE"; break;
            default: host.Version = "2.7.0+build.4"; break;
        }

        var description = await provider.DescribeAsync(Worker("w-1"), Cancellation);

        Assert.StartsWith(said, description!.Trouble, StringComparison.Ordinal);
        Assert.Contains("template metal", description.Trouble, StringComparison.Ordinal);
    }

    /// <summary>Nothing can be brought to it nor ended on it, so that it must not look well.</summary>
    [Theory]
    [InlineData(403, """{"code":403,"description":"Not yours."}""")]
    [InlineData(500, "<html>Internal Server Error</html>")]
    [InlineData(200, """{"labs":[]}""")]
    public async Task Describe_LabsThatCannotBeListed_IsUnreachable(int status, string body)
    {
        var provider = await ProviderAsync("a");
        await provider.CreateAsync(Worker("w-1"), Cancellation);
        _hosts[0].Fault = request => request.Path.Value!.EndsWith("/labs", StringComparison.Ordinal) ? new StandInFault.Answer(status, body, "application/json") : null;

        await Assert.ThrowsAsync<HostUnreachableException>(() => provider.DescribeAsync(Worker("w-1"), Cancellation));
    }

    /// <summary>So that a dead host can be stopped and put back too.</summary>
    [Theory]
    [InlineData(WorkerState.Stopping)]
    [InlineData(WorkerState.Stopped)]
    public async Task Describe_StoppedAndSilent_IsStopped(WorkerState state)
    {
        var provider = await ProviderAsync("a");
        await provider.CreateAsync(Worker("w-1"), Cancellation);
        _hosts[0].Fault = _ => new StandInFault.Hangup();

        Assert.Equal(HostPhase.Stopped, (await provider.DescribeAsync(Worker("w-1") with { State = state }, Cancellation))!.Phase);
        await Assert.ThrowsAsync<HostUnreachableException>(() => provider.DescribeAsync(Worker("w-1"), Cancellation));
    }

    /// <summary>Not gone: another replica may list it.</summary>
    [Fact]
    public async Task Describe_HostThatIsNotListedHere_IsUnreachableAndNamesTheSetting()
    {
        await (await ProviderAsync("a")).CreateAsync(Worker("w-1"), Cancellation);
        var elsewhere = await ProviderAsync("b");

        var exception = await Assert.ThrowsAsync<HostUnreachableException>(() => elsewhere.DescribeAsync(Worker("w-1"), Cancellation));

        Assert.Contains("Ccm:Hosts:Static:a", exception.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<HostUnreachableException>(() => elsewhere.Labs.ListAsync(Worker("w-1"), Cancellation));
    }

    /// <summary>Told as the worker's trouble, and no reason to take its host for gone or for free.</summary>
    [Fact]
    public async Task Describe_ClaimsUnreadable_IsUnreachableAndNamesTheKey()
    {
        var provider = await ProviderAsync("a");
        await provider.CreateAsync(Worker("w-1"), Cancellation);
        await _store.CommitAsync(new StateTransaction { Puts = [new StatePut(StateKeys.StaticHosts, "{\"not\": this"u8.ToArray())] }, Cancellation);

        foreach (var ask in new Func<Task>[] { () => provider.DescribeAsync(Worker("w-1"), Cancellation), () => provider.Labs.ListAsync(Worker("w-1"), Cancellation), () => provider.CreateAsync(Worker("w-2"), Cancellation) })
            Assert.Contains($"The value of {StateKeys.StaticHosts} cannot be read", (await Assert.ThrowsAsync<HostUnreachableException>(ask)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Labs_OfTwoWorkers_AreEachOnItsOwnHost()
    {
        var provider = await ProviderAsync("a", "b");
        await provider.CreateAsync(await LivingAsync("w-1"), Cancellation);
        await provider.CreateAsync(await LivingAsync("w-2"), Cancellation);
        _hosts[1].Put("on b");

        Assert.Empty(await provider.Labs.ListAsync(Worker("w-1"), Cancellation));
        Assert.Equal("on b", Assert.Single(await provider.Labs.ListAsync(Worker("w-2"), Cancellation)).Title);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var made in _made)
            made.Dispose();
        foreach (var host in _hosts)
            await host.DisposeAsync();
        await _store.DisposeAsync();
    }

    private static Worker Worker(string id) => Sample.Worker(id) with { Provider = "static", CpuOvercommit = 8, Declared = new Capacity(64, 64, 500, 40) };

    private async Task<Worker> LivingAsync(string id, WorkerState state = WorkerState.Running)
    {
        var worker = Worker(id) with { State = state };
        await _store.CommitAsync(new StateTransaction { Puts = [new StatePut(StateKeys.WorkerState(id), DomainJson.Write(worker))] }, Cancellation);
        return worker;
    }

    private Task<IWorkerProvider> ProviderAsync(params string[] names) => ProviderAsync([.. names.Select(name => (name, ""))]);

    private async Task<IWorkerProvider> ProviderAsync(params (string Name, string Template)[] listed)
    {
        var options = new HostsOptions();
        foreach (var (name, template) in listed)
        {
            var host = await CmlStandIn.StartAsync();
            host.ExtraNodes = 20;
            _hosts.Add(host);
            options.Static[name] = new StaticHostOptions { Url = host.Address.ToString(), Username = CmlStandIn.Username, Password = CmlStandIn.Password, Template = template };
        }
        var provider = new StaticHosts(_store, Options.Create(options), new ManualTime(), NullLogger<CmlLabs>.Instance);
        _made.Add(provider);
        return provider;
    }

    private async Task<Dictionary<string, string>> ClaimsAsync() => DomainJson.Read<Dictionary<string, string>>((await _store.GetAsync(StateKeys.StaticHosts, Cancellation))!.Value.Span);
}

using Ccm.Engine.Domain;
using Ccm.Engine.Hosts;
using Ccm.Tests.Components;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Hosts;

/// <summary>What the engine counts on, whatever host a lab is on.</summary>
public abstract class LabBackendContract : IAsyncDisposable
{
    private const string Title = "ccm-i-1";

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Licensed for 20 nodes.</summary>
    protected Worker Worker { get; } = Sample.Worker() with { Declared = new Capacity(64, 64, 500, 20), CpuOvercommit = 8, LicenseType = LicenseType.Personal };

    protected ILabBackend Labs { get; private set; } = null!;

    [Fact]
    public async Task Import_ALab_IsListedAsDefined()
    {
        await StartAsync();

        var id = await ImportAsync();

        Assert.Equal(new HostLab(id, Title, HostLabState.DefinedOnCore, true, 2), Assert.Single(await ListAsync()));
    }

    [Fact]
    public async Task Import_SameTitleTwice_MakesTwo()
    {
        await StartAsync();

        string[] ids = [await ImportAsync(), await ImportAsync()];

        Assert.Equal(ids.Order(), (await ListAsync()).Where(lab => lab.Title == Title).Select(lab => lab.Id).Order());
    }

    [Fact]
    public async Task Start_NotArrivedYet_IsNotBooted()
    {
        await StartAsync();
        var id = await ImportAsync();

        await Labs.StartAsync(Worker, id, Cancellation);

        Assert.True(Assert.Single(await ListAsync()) is { State: HostLabState.Started, IsConverged: false });
    }

    [Fact]
    public async Task Start_Arrived_IsBootedAndConverged()
    {
        await StartAsync();
        await RunAsync();

        Assert.True(Assert.Single(await ListAsync()) is { State: HostLabState.Booted, IsConverged: true });
    }

    [Fact]
    public async Task Start_Running_StaysBooted()
    {
        await StartAsync();
        var id = await RunAsync();

        await Labs.StartAsync(Worker, id, Cancellation);

        Assert.True(Assert.Single(await ListAsync()) is { State: HostLabState.Booted, IsConverged: true });
    }

    [Fact]
    public async Task Start_MoreNodesThanLicensed_IsRefused()
    {
        await StartAsync();
        await RunAsync(nodes: 15);
        var second = await ImportAsync(nodes: 6);

        await Assert.ThrowsAsync<HostRefusedException>(() => Labs.StartAsync(Worker, second, Cancellation));
    }

    [Theory]
    [InlineData("start")]
    [InlineData("stop")]
    [InlineData("wipe")]
    public async Task Act_OnALabThatIsNotThere_IsRefused(string act)
    {
        await StartAsync();

        await Assert.ThrowsAsync<HostRefusedException>(() => act switch
        {
            "start" => Labs.StartAsync(Worker, "lab-none", Cancellation),
            "stop" => Labs.StopAsync(Worker, "lab-none", Cancellation),
            _ => Labs.WipeAsync(Worker, "lab-none", Cancellation),
        });
    }

    [Fact]
    public async Task Stop_Arrived_IsStoppedAndConverged()
    {
        await StartAsync();
        var id = await RunAsync();

        await Labs.StopAsync(Worker, id, Cancellation);
        Assert.False(Assert.Single(await ListAsync()).IsConverged);
        Settle();

        Assert.True(Assert.Single(await ListAsync()) is { State: HostLabState.Stopped, IsConverged: true });
    }

    [Fact]
    public async Task Stop_NeverStarted_StaysDefined()
    {
        await StartAsync();
        var id = await ImportAsync();

        await Labs.StopAsync(Worker, id, Cancellation);

        Assert.Equal(HostLabState.DefinedOnCore, Assert.Single(await ListAsync()).State);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Wipe_RunningOrStopping_IsRefused(bool stopping)
    {
        await StartAsync();
        var id = await RunAsync();
        if (stopping)
            await Labs.StopAsync(Worker, id, Cancellation);

        await Assert.ThrowsAsync<HostRefusedException>(() => Labs.WipeAsync(Worker, id, Cancellation));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Delete_RunningOrNotWiped_IsRefused(bool stopped)
    {
        await StartAsync();
        var id = await RunAsync();
        if (stopped)
        {
            await Labs.StopAsync(Worker, id, Cancellation);
            Settle();
        }

        await Assert.ThrowsAsync<HostRefusedException>(() => Labs.DeleteAsync(Worker, id, Cancellation));
    }

    [Fact]
    public async Task Delete_StoppedAndWiped_IsGoneAndMayBeRepeated()
    {
        await StartAsync();
        var id = await RunAsync();
        await Labs.StopAsync(Worker, id, Cancellation);
        Settle();
        await Labs.WipeAsync(Worker, id, Cancellation);

        await Labs.DeleteAsync(Worker, id, Cancellation);
        await Labs.DeleteAsync(Worker, id, Cancellation);

        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task List_HostThatIsAway_IsUnreachable()
    {
        await StartAsync();
        await ImportAsync();

        await TakeAwayAsync();

        await Assert.ThrowsAsync<HostUnreachableException>(ListAsync);
    }

    public abstract ValueTask DisposeAsync();

    /// <summary>A host that belongs to <see cref="Worker"/> and is ready.</summary>
    protected abstract Task<ILabBackend> PrepareAsync();

    /// <summary>What is on its way arrives.</summary>
    protected abstract void Settle();

    protected abstract Task TakeAwayAsync();

    protected async Task StartAsync() => Labs = await PrepareAsync();

    protected Task<IReadOnlyList<HostLab>> ListAsync() => Labs.ListAsync(Worker, Cancellation);

    protected Task<string> ImportAsync(int nodes = 2, string title = Title) => Labs.ImportAsync(Worker, title, Lab(nodes), Cancellation);

    private async Task<string> RunAsync(int nodes = 2)
    {
        var id = await ImportAsync(nodes);
        await Labs.StartAsync(Worker, id, Cancellation);
        Settle();
        return id;
    }

    private static string Lab(int nodes) =>
        $"lab: {{title: a}}\nnodes:\n{string.Concat(Enumerable.Range(0, nodes).Select(n => $"  - {{id: n{n}, label: r{n}, node_definition: iosv}}\n"))}links: []\n";
}

using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Hosts;
using Ccm.Engine.Hosts.Cml;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccm.Tests.Hosts;

/// <summary>One instance's way over the stand-in's REST: what is done twice, lost or raced leaves one lab, and in the end none.</summary>
public sealed class InstancesOnCmlTests : IAsyncLifetime
{
    private static readonly string Title = LabTitle.Of("i-1");
    private static readonly TimeSpan LongEnough = TimeSpan.FromMinutes(3);
    private OneHostWorld _world = null!;
    private CmlStandIn _host = null!;
    private CmlClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await OneHostWorld.StartAsync();
        _host = await CmlStandIn.StartAsync();
        _client = new CmlClient("Ccm:Hosts:Static:a", new CmlHostOptions { Url = _host.Address.ToString(), Username = CmlStandIn.Username, Password = CmlStandIn.Password }, _world.Time);
        _world.Host.Labs = new CmlLabs((_, _) => Task.FromResult(_client), NullLogger<CmlLabs>.Instance);
        await _world.Control.PublishAsync(new Actor("admin", "Admin", [Role.Admin]), Operation.New(),
            new PublishRequest { Name = "ospf", Version = "1.0.0", LabYaml = Components.LabText.TwoRouters("ospf") }, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("/import")]
    [InlineData("/start")]
    public async Task Bring_AnswerLostAfterTheAct_LeavesOneLabAndCountsNoFailure(string act)
    {
        LoseOnce(act);

        await BringAsync(InstanceState.Instantiating, new Checkpoint(CheckpointStep.Begun, null));

        Assert.Equal((InstanceState.Running, 0), (_world.Instance.State, _world.Instance.FailedAttempts));
        Assert.Equal(_world.Instance.Checkpoint!.LabId, Assert.Single(_host.Titles[Title]).Id);
    }

    /// <summary>As two leaders leave it that both import.</summary>
    [Fact]
    public async Task Bring_TwoLabsOfTheTitle_KeepsTheLowestAndTheSweepRemovesTheOther()
    {
        string[] ids = [_host.Put(Title), _host.Put(Title)];

        await BringAsync(InstanceState.Instantiating, new Checkpoint(CheckpointStep.Begun, null));
        Assert.Equal((InstanceState.Running, ids.Min(StringComparer.Ordinal)), (_world.Instance.State, _world.Instance.Checkpoint!.LabId));
        await _world.SweepAsync();
        await _world.SweepAsync();

        Assert.Equal(_world.Instance.Checkpoint!.LabId, Assert.Single(_host.Titles[Title]).Id);
        Assert.True(Assert.Single(_host.Titles[Title]).IsUp);
    }

    [Fact]
    public async Task Bring_RecordedLabIsAGhost_ImportsAnew()
    {
        await BringAsync(InstanceState.Instantiating, new Checkpoint(CheckpointStep.Imported, "ghost"));

        Assert.Equal((InstanceState.Running, 0), (_world.Instance.State, _world.Instance.FailedAttempts));
        Assert.Equal(_world.Instance.Checkpoint!.LabId, Assert.Single(_host.Titles[Title]).Id);
    }

    [Fact]
    public async Task Bring_StartRefusedThreeTimes_FailsInTheHostsWordsAndIsRemoved()
    {
        _host.Fault = request => request.Path.Value!.EndsWith("/start", StringComparison.Ordinal) ? new StandInFault.Answer(400, """{"code":400,"description":"No image for iosv."}""", "application/json") : null;

        await BringAsync(InstanceState.Instantiating, new Checkpoint(CheckpointStep.Begun, null));

        Assert.Equal((InstanceState.Terminated, Outcome.Failed, 3), (_world.Instance.State, _world.Instance.Outcome, _world.Instance.FailedAttempts));
        Assert.Contains(await _world.ReasonsAsync(), reason => reason.Contains("No image for iosv.", StringComparison.Ordinal));
        Assert.Empty(_host.Titles[Title]);
    }

    /// <summary>Both labs run; the stand-in refuses to wipe what still stops, and to delete what is not wiped.</summary>
    [Theory]
    [InlineData("/stop")]
    [InlineData("/wipe")]
    [InlineData("")]
    public async Task Remove_RunningDuplicateAndALostAnswer_LeavesNone(string act)
    {
        var id = _host.Put(Title, "STARTED");
        _host.Put(Title, "STARTED");
        LoseOnce(act, act.Length == 0 ? "DELETE" : "PUT");

        await BringAsync(InstanceState.Archived, new Checkpoint(CheckpointStep.Started, id), InstanceTarget.Terminated);

        Assert.Equal(InstanceState.Terminated, _world.Instance.State);
        Assert.Empty(_host.Titles[Title]);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _host.DisposeAsync();
        await _world.DisposeAsync();
    }

    private async Task BringAsync(InstanceState state, Checkpoint checkpoint, InstanceTarget target = InstanceTarget.Running)
    {
        await _world.PutInstanceAsync(state, checkpoint, instance => instance with
        {
            Target = target, Outcome = target == InstanceTarget.Terminated ? Outcome.Cancelled : null,
            Request = instance.Request with { PortNames = ["r1_serial", "r2_serial"] },
            Ports = instance.Ports.Clear().Add("r1_serial", 2000).Add("r2_serial", 2001),
        });
        await _world.PassAsync(LongEnough);
    }

    private void LoseOnce(string ending, string? method = null)
    {
        var lost = 0;
        _host.Fault = request => request.Path.Value!.EndsWith(ending, StringComparison.Ordinal) && (method is null || request.Method == method) && Interlocked.Increment(ref lost) == 1
            ? new StandInFault.LostAnswer() : null;
    }
}

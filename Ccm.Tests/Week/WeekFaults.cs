using Ccm.Engine.Domain;
using Ccm.Engine.Hosts;
using Ccm.Engine.Hosts.Simulated;
using Ccm.Engine.State;
using Ccm.Tests.Scheduling;

namespace Ccm.Tests.Week;

/// <summary>A store whose answers get lost now and then, before or after they took effect, and that is away for a while when told.</summary>
internal sealed class WeekStore(IStateStore inner, Random random, TimeProvider time) : StoreDecorator(inner)
{
    private readonly Lock _lock = new();

    public DateTimeOffset AwayUntil { get; set; }

    public bool Away => time.GetUtcNow() < AwayUntil;

    /// <summary>Commits whose outcome the caller never learnt.</summary>
    public int Lost { get; private set; }

    public override async Task<CommitResult> CommitAsync(StateTransaction transaction, CancellationToken cancellationToken)
    {
        if (Away)
            return new CommitResult.Refused("The store is away.");
        var luck = Draw();
        if (luck < 0.005)
            return new CommitResult.Unknown("Lost on its way there.");
        var result = await base.CommitAsync(transaction, cancellationToken);
        return luck < 0.01 ? new CommitResult.Unknown("The answer was lost.") : result;
    }

    public override Task<StateEntry?> GetAsync(string key, CancellationToken cancellationToken) =>
        Away ? throw new StateStoreUnavailableException("The store is away.") : base.GetAsync(key, cancellationToken);

    public override Task<StateList> ListAsync(string prefix, long revision, CancellationToken cancellationToken) =>
        Away ? throw new StateStoreUnavailableException("The store is away.") : base.ListAsync(prefix, revision, cancellationToken);

    private double Draw()
    {
        lock (_lock)
        {
            var luck = random.NextDouble();
            if (luck < 0.01)
                Lost++;
            return luck;
        }
    }
}

/// <summary>The simulated fleet, some of whose hosts do not answer for a while.</summary>
internal sealed class WeekHosts(SimulatedFleet fleet, TimeProvider time) : IWorkerProvider, ILabBackend
{
    private readonly Dictionary<string, DateTimeOffset> _silentUntil = [];

    public string Name => fleet.Name;

    public ILabBackend Labs => this;

    public void Silence(string workerId, TimeSpan howLong) => _silentUntil[workerId] = time.GetUtcNow() + howLong;

    public Task CreateAsync(Worker worker, CancellationToken cancellationToken) => Reach(worker).CreateAsync(worker, cancellationToken);

    public Task StartAsync(Worker worker, CancellationToken cancellationToken) => Reach(worker).StartAsync(worker, cancellationToken);

    public Task StopAsync(Worker worker, CancellationToken cancellationToken) => Reach(worker).StopAsync(worker, cancellationToken);

    public Task TerminateAsync(Worker worker, CancellationToken cancellationToken) => Reach(worker).TerminateAsync(worker, cancellationToken);

    public Task<HostDescription?> DescribeAsync(Worker worker, CancellationToken cancellationToken) => Reach(worker).DescribeAsync(worker, cancellationToken);

    public Task<IReadOnlyList<HostLab>> ListAsync(Worker worker, CancellationToken cancellationToken) => Reach(worker).ListAsync(worker, cancellationToken);

    public Task<string> ImportAsync(Worker worker, string title, string labYaml, CancellationToken cancellationToken) => Reach(worker).ImportAsync(worker, title, labYaml, cancellationToken);

    public Task StartAsync(Worker worker, string labId, CancellationToken cancellationToken) => Reach(worker).StartAsync(worker, labId, cancellationToken);

    public Task StopAsync(Worker worker, string labId, CancellationToken cancellationToken) => Reach(worker).StopAsync(worker, labId, cancellationToken);

    public Task WipeAsync(Worker worker, string labId, CancellationToken cancellationToken) => Reach(worker).WipeAsync(worker, labId, cancellationToken);

    public Task DeleteAsync(Worker worker, string labId, CancellationToken cancellationToken) => Reach(worker).DeleteAsync(worker, labId, cancellationToken);

    private SimulatedFleet Reach(Worker worker) => _silentUntil.GetValueOrDefault(worker.Id) > time.GetUtcNow()
        ? throw new HostUnreachableException($"{worker.Id} does not answer.") : fleet;
}

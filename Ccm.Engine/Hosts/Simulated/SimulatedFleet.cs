using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Ccm.Engine.Domain;
using Ccm.Engine.Labs;
using Ccm.Engine.Scheduling;
using Ccm.Engine.State;
using Microsoft.Extensions.Options;

namespace Ccm.Engine.Hosts.Simulated;

/// <summary>
/// A fleet that exists in the state store alone, so that any replica sees the same hosts and a failover is a real one. What takes time
/// is a time to come in a record; nothing runs in between.
/// </summary>
public sealed class SimulatedFleet(IStateStore store, IOptions<SimulatorOptions> options, PlanningTimes times, TimeProvider time) : IWorkerProvider, ILabBackend
{
    private static readonly TimeSpan ShutDown = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LabStop = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LongestLifeOfALostHost = TimeSpan.FromHours(1);

    public string Name => PlanningTimes.Simulated;

    public ILabBackend Labs => this;

    public Task CreateAsync(Worker worker, CancellationToken cancellationToken) => ChangeHostAsync(worker, (host, now) =>
    {
        var ready = now + Boot(worker, worker.StartupTimeMinutes);
        return host ?? new SimulatedHost(worker.Id, true, ready, AddressOf(worker.Id), VanishesAt(worker, ready));
    }, cancellationToken);

    public Task StartAsync(Worker worker, CancellationToken cancellationToken) =>
        ChangeHostAsync(worker, (host, now) => host is { On: false } ? host with { On = true, SettledAt = now + Boot(worker, worker.RestartTimeMinutes) } : host, cancellationToken);

    public Task StopAsync(Worker worker, CancellationToken cancellationToken) =>
        ChangeHostAsync(worker, (host, now) => host is { On: true } ? host with { On = false, SettledAt = now + (ShutDown / options.Value.Speed) } : host, cancellationToken);

    public async Task TerminateAsync(Worker worker, CancellationToken cancellationToken)
    {
        var labs = await store.ListAsync(LabsOf(worker.Id), 0, cancellationToken);
        foreach (var chunk in labs.Entries.Select(entry => entry.Key).Append(HostKey(worker.Id)).Chunk(StateLimits.Operations))
            await CommitAsync(new StateTransaction { Deletes = [.. chunk] }, cancellationToken);
    }

    public async Task<HostDescription?> DescribeAsync(Worker worker, CancellationToken cancellationToken)
    {
        if ((await ReadHostAsync(worker.Id, cancellationToken))?.Host is not { } host || host.VanishesAt <= time.GetUtcNow())
            return null;
        var settled = host.SettledAt <= time.GetUtcNow();
        var phase = (host.On, settled) switch
        {
            (true, true) => HostPhase.Ready,
            (true, false) => HostPhase.Booting,
            (false, true) => HostPhase.Stopped,
            (false, false) => HostPhase.Stopping,
        };
        return new HostDescription(phase, host.Address, null);
    }

    public async Task<IReadOnlyList<HostLab>> ListAsync(Worker worker, CancellationToken cancellationToken)
    {
        await RequireReadyAsync(worker, cancellationToken);
        return [.. (await ReadLabsAsync(worker.Id, cancellationToken)).Select(read => Show(read.Lab))];
    }

    public async Task<string> ImportAsync(Worker worker, string title, string labYaml, CancellationToken cancellationToken)
    {
        await RequireReadyAsync(worker, cancellationToken);
        var topology = LabFile.Parse(labYaml);
        var id = Guid.CreateVersion7(time.GetUtcNow()).ToString("N", CultureInfo.InvariantCulture);
        var lab = new SimulatedLab(id, title, topology.NodeCount, topology.LicensedNodeCount, SimulatedLabPhase.Defined, time.GetUtcNow());
        await CommitAsync(new StateTransaction { Puts = [new StatePut(LabKey(worker.Id, id), DomainJson.Write(lab))] }, cancellationToken);
        return id;
    }

    /// <exception cref="HostRefusedException">The licence does not cover what would run, as a real host says too.</exception>
    public Task StartAsync(Worker worker, string labId, CancellationToken cancellationToken) => ChangeLabAsync(worker, labId, async (lab, now) =>
    {
        if (lab.Phase == SimulatedLabPhase.Starting)
            return lab;
        var running = (await ReadLabsAsync(worker.Id, cancellationToken)).Where(other => other.Lab.Phase == SimulatedLabPhase.Starting).Sum(other => other.Lab.LicensedNodes);
        if (running + lab.LicensedNodes > worker.Declared.Nodes)
            throw new HostRefusedException($"The licence covers {worker.Declared.Nodes} nodes, {running} run and {lab.LicensedNodes} more were asked for.");
        if (Unlucky(labId, now))
            throw new HostRefusedException("A node did not boot (simulated failure).");
        return lab with { Phase = SimulatedLabPhase.Starting, SettledAt = now + times.LabStart(lab.Nodes) };
    }, cancellationToken);

    public Task StopAsync(Worker worker, string labId, CancellationToken cancellationToken) => ChangeLabAsync(worker, labId, (lab, now) =>
        Task.FromResult(lab.Phase == SimulatedLabPhase.Starting ? lab with { Phase = SimulatedLabPhase.Stopping, SettledAt = now + (LabStop / options.Value.Speed) } : lab), cancellationToken);

    public Task WipeAsync(Worker worker, string labId, CancellationToken cancellationToken) => ChangeLabAsync(worker, labId, (lab, now) => lab.Phase switch
    {
        SimulatedLabPhase.Starting => throw new HostRefusedException("A running lab cannot be wiped."),
        SimulatedLabPhase.Stopping when lab.SettledAt > now => throw new HostRefusedException("The lab is still stopping."),
        _ => Task.FromResult(lab with { Phase = SimulatedLabPhase.Wiped, SettledAt = now }),
    }, cancellationToken);

    public async Task DeleteAsync(Worker worker, string labId, CancellationToken cancellationToken)
    {
        await RequireReadyAsync(worker, cancellationToken);
        var entry = await store.GetAsync(LabKey(worker.Id, labId), cancellationToken);
        if (entry is null)
            return;
        if (DomainJson.Read<SimulatedLab>(entry.Value.Span).Phase is not (SimulatedLabPhase.Wiped or SimulatedLabPhase.Defined))
            throw new HostRefusedException("Only a stopped and wiped lab can be deleted.");
        await CommitAsync(new StateTransaction { Deletes = [entry.Key] }, cancellationToken);
    }

    private static string HostKey(string workerId) => $"{StateKeys.Simulator}hosts/{workerId}";

    private static string LabsOf(string workerId) => $"{StateKeys.Simulator}labs/{workerId}/";

    private static string LabKey(string workerId, string labId) => LabsOf(workerId) + labId;

    private static string AddressOf(string workerId)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(workerId));
        return string.Create(CultureInfo.InvariantCulture, $"198.18.{hash[0]}.{hash[1]}");
    }

    private HostLab Show(SimulatedLab lab)
    {
        var settled = lab.SettledAt <= time.GetUtcNow();
        var state = (lab.Phase, settled) switch
        {
            (SimulatedLabPhase.Starting, true) => HostLabState.Booted,
            (SimulatedLabPhase.Starting, false) => HostLabState.Started,
            (SimulatedLabPhase.Stopping, false) => HostLabState.Started,
            (SimulatedLabPhase.Stopping, true) => HostLabState.Stopped,
            _ => HostLabState.DefinedOnCore,
        };
        return new HostLab(lab.Id, lab.Title, state, settled, lab.Nodes);
    }

    private bool Unlucky(string labId, DateTimeOffset now) => Draw($"{labId}{now.Ticks}") < options.Value.StartFailureRate;

    private TimeSpan Boot(Worker worker, int minutes) => times.WorkerStart(minutes) * (Draw($"{worker.Id} boots") < options.Value.SlowBootRate ? options.Value.SlowBootFactor : 1);

    private DateTimeOffset? VanishesAt(Worker worker, DateTimeOffset ready) => Draw($"{worker.Id} is lost") < options.Value.LostHostRate
        ? ready + (LongestLifeOfALostHost * Draw($"{worker.Id} lives") / options.Value.Speed) : null;

    /// <summary>From 0 up to, and without, 1; the same for the same lot.</summary>
    private static double Draw(string lot) => BitConverter.ToUInt32(SHA256.HashData(Encoding.UTF8.GetBytes(lot))) / (uint.MaxValue + 1.0);

    private async Task RequireReadyAsync(Worker worker, CancellationToken cancellationToken)
    {
        if (await DescribeAsync(worker, cancellationToken) is not { Phase: HostPhase.Ready })
            throw new HostUnreachableException($"Host {worker.Id} does not answer.");
    }

    private async Task ChangeHostAsync(Worker worker, Func<SimulatedHost?, DateTimeOffset, SimulatedHost?> change, CancellationToken cancellationToken)
    {
        var read = await ReadHostAsync(worker.Id, cancellationToken);
        var next = change(read?.Host, time.GetUtcNow());
        if (next is not null && next != read?.Host)
            await CommitAsync(new StateTransaction
            {
                Guards = [new StateGuard.Modified(HostKey(worker.Id), read?.ModRevision ?? 0)],
                Puts = [new StatePut(HostKey(worker.Id), DomainJson.Write(next))],
            }, cancellationToken);
    }

    private async Task ChangeLabAsync(Worker worker, string labId, Func<SimulatedLab, DateTimeOffset, Task<SimulatedLab>> change, CancellationToken cancellationToken)
    {
        await RequireReadyAsync(worker, cancellationToken);
        var entry = await store.GetAsync(LabKey(worker.Id, labId), cancellationToken) ?? throw new HostRefusedException($"There is no lab {labId}.");
        var lab = DomainJson.Read<SimulatedLab>(entry.Value.Span);
        var next = await change(lab, time.GetUtcNow());
        if (next != lab)
            await CommitAsync(new StateTransaction
            {
                Guards = [new StateGuard.Modified(entry.Key, entry.ModRevision)],
                Puts = [new StatePut(entry.Key, DomainJson.Write(next))],
            }, cancellationToken);
    }

    private async Task<(SimulatedHost Host, long ModRevision)?> ReadHostAsync(string workerId, CancellationToken cancellationToken) =>
        await store.GetAsync(HostKey(workerId), cancellationToken) is { } entry ? (DomainJson.Read<SimulatedHost>(entry.Value.Span), entry.ModRevision) : null;

    private async Task<(SimulatedLab Lab, long ModRevision)[]> ReadLabsAsync(string workerId, CancellationToken cancellationToken) =>
        [.. (await store.ListAsync(LabsOf(workerId), 0, cancellationToken)).Entries.Select(entry => (DomainJson.Read<SimulatedLab>(entry.Value.Span), entry.ModRevision))];

    /// <summary>A lost race or an outage is silence to the caller: it looks again and repeats.</summary>
    private async Task CommitAsync(StateTransaction transaction, CancellationToken cancellationToken)
    {
        var result = await store.CommitAsync(transaction, cancellationToken);
        if (result is not CommitResult.Committed)
            throw new HostUnreachableException($"The simulated host did not answer: {result}");
    }
}

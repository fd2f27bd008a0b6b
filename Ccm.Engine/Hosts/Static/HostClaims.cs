using System.Collections.Immutable;
using System.Text.Json;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Hosts.Static;

/// <summary>
/// Which listed host belongs to which worker: one key, written only guarded on what was read of it, so that no two leaders, however late
/// one of them is, give one host to two workers or two hosts to one.
/// </summary>
internal sealed class HostClaims(IStateStore store)
{
    private const int Attempts = 10;

    /// <summary>Takes the first that is free, or keeps what the worker has.</summary>
    /// <param name="fitting">In the order in which they are tried.</param>
    /// <exception cref="HostRefusedException">None is free.</exception>
    public Task TakeAsync(Worker worker, IReadOnlyList<string> fitting, CancellationToken cancellationToken) => ChangeAsync(async claims =>
    {
        if (claims.ContainsValue(worker.Id))
            return claims;
        foreach (var host in fitting)
        {
            if (!claims.TryGetValue(host, out var holder) || await HasEndedAsync(holder, cancellationToken))
                return claims.SetItem(host, worker.Id);
        }
        throw new HostRefusedException(fitting.Count == 0
            ? $"No host is listed for template {worker.Template}: list one under {HostsOptions.Section}:{nameof(HostsOptions.Static)}."
            : $"Every host listed for template {worker.Template} is taken: list another one under {HostsOptions.Section}:{nameof(HostsOptions.Static)}, or give a worker back.");
    }, cancellationToken);

    public Task PutBackAsync(string workerId, CancellationToken cancellationToken) =>
        ChangeAsync(claims => Task.FromResult(claims.RemoveRange(claims.Where(claim => claim.Value == workerId).Select(claim => claim.Key))), cancellationToken);

    /// <summary>Null when it has none.</summary>
    public async Task<string?> HostOfAsync(string workerId, CancellationToken cancellationToken) =>
        (await ReadAsync(cancellationToken)).Claims.FirstOrDefault(claim => claim.Value == workerId).Key;

    private async Task ChangeAsync(Func<ImmutableSortedDictionary<string, string>, Task<ImmutableSortedDictionary<string, string>>> change, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            var (claims, revision) = await ReadAsync(cancellationToken);
            var next = await change(claims);
            if (ReferenceEquals(next, claims))
                return;
            var result = await store.CommitAsync(new StateTransaction
            {
                Guards = [new StateGuard.Modified(StateKeys.StaticHosts, revision)],
                Puts = [new StatePut(StateKeys.StaticHosts, DomainJson.Write(next))],
            }, cancellationToken);
            if (result is CommitResult.Committed)
                return;
            if (result is not CommitResult.GuardFailed)
                throw new StateStoreUnavailableException($"Whose each host is could not be written: {result}");
        }
        throw new StateStoreUnavailableException("Whose each host is was changed by others again and again.");
    }

    /// <summary>One that was lost may have ended without putting its host back.</summary>
    private async Task<bool> HasEndedAsync(string workerId, CancellationToken cancellationToken) =>
        await store.GetAsync(StateKeys.WorkerState(workerId), cancellationToken) is not { } entry || DomainJson.Read<Worker>(entry.Value.Span).State == WorkerState.Terminated;

    /// <exception cref="HostUnreachableException">Nobody can tell whose each host is.</exception>
    private async Task<(ImmutableSortedDictionary<string, string> Claims, long Revision)> ReadAsync(CancellationToken cancellationToken)
    {
        if (await store.GetAsync(StateKeys.StaticHosts, cancellationToken) is not { } entry)
            return (ImmutableSortedDictionary<string, string>.Empty, 0);
        try
        {
            return (DomainJson.Read<ImmutableSortedDictionary<string, string>>(entry.Value.Span), entry.ModRevision);
        }
        catch (JsonException exception)
        {
            throw new HostUnreachableException(new UnreadableValue(entry.Key, entry.ModRevision, exception.Message).Warning);
        }
    }
}

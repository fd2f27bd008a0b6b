using System.Text;
using Ccm.Engine.State;

namespace Ccm.Tests.State;

/// <summary>
/// What every state store promises, run on each of them. A store's tests run one after another and nobody else writes to it, so that
/// revisions can be counted; each test has a prefix of its own.
/// </summary>
public abstract partial class StateStoreContract : IAsyncLifetime
{
    private IStateStore? _store;

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected string Prefix { get; } = $"/ccm-test-{Guid.NewGuid():N}/";

    private protected IStateStore Store => _store!;

    /// <summary>A store on the data that the last one left.</summary>
    private protected abstract Task<IStateStore> OpenAsync(TimeProvider time);

    public async ValueTask InitializeAsync() => _store = await OpenAsync(TimeProvider.System);

    public virtual async ValueTask DisposeAsync()
    {
        if (_store is not null)
            await _store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>The same store again, with another clock or after a restart.</summary>
    private protected async Task<IStateStore> ReopenAsync(TimeProvider time)
    {
        await Store.DisposeAsync();
        return _store = await OpenAsync(time);
    }

    private protected string Key(string name) => Prefix + name;

    private protected StatePut Put(string name, string value = "x", long lease = 0) => new(Key(name), Encoding.UTF8.GetBytes(value), lease);

    private protected StateGuard Modified(string name, long revision) => new StateGuard.Modified(Key(name), revision);

    private protected StateGuard Created(string name, long revision) => new StateGuard.Created(Key(name), revision);

    private protected async Task<string?> ReadAsync(string name) =>
        await Store.GetAsync(Key(name), Stop) is { } entry ? Encoding.UTF8.GetString(entry.Value.Span) : null;

    private protected Task<long> PutAsync(string name, string value = "x", long lease = 0) => CommittedAsync(new StateTransaction { Puts = [Put(name, value, lease)] });

    private protected Task<long> DeleteAsync(string name) => CommittedAsync(new StateTransaction { Deletes = [Key(name)] });

    /// <summary>The revision of a transaction that has to stand.</summary>
    private protected async Task<long> CommittedAsync(StateTransaction transaction) =>
        Assert.IsType<CommitResult.Committed>(await Store.CommitAsync(transaction, Stop)).Revision;
}

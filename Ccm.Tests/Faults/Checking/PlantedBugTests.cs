using System.Collections.Immutable;
using System.Text;
using Ccm.Engine.Documents;
using Ccm.Engine.Documents.Embedded;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Ccm.Tests.Scheduling;
using Microsoft.Extensions.DependencyInjection;

namespace Ccm.Tests.Faults.Checking;

/// <summary>The portal itself with a bug in it, at work: the checker must find each from what it left behind.</summary>
public sealed class PlantedBugTests
{
    [Fact]
    public Task Check_DelayedWriteOfAnEarlierTermWithoutGuards_FindsFence() => FindsAsync(Rule.Fence, store => new LateStore(store));

    [Fact]
    public Task Check_PortsForgotten_FindsI2() => FindsAsync(Rule.I2, store => new ForgettingStore(store, key => key.EndsWith("/ports", StringComparison.Ordinal)));

    [Fact]
    public Task Check_CapacityForgotten_FindsI3() => FindsAsync(Rule.I3, store => new ForgettingStore(store, key => key.EndsWith("/capacity", StringComparison.Ordinal)));

    [Fact]
    public Task Check_AppliedTwice_FindsI4() => FindsAsync(Rule.I4, store => new RepeatingStore(store));

    [Fact]
    public Task Check_AcknowledgedWithoutWriting_FindsI4() => FindsAsync(Rule.I4, store => new ForgetfulStore(store));

    [Fact]
    public Task Check_ChangeWithoutItsEvents_FindsI5() => FindsAsync(Rule.I5, store => new ForgettingStore(store, key => key.StartsWith(StateKeys.Outbox, StringComparison.Ordinal)));

    [Fact]
    public Task Check_EventLostOnItsWay_FindsI5() => FindsAsync(Rule.I5, replace: services => services.AddSingleton<IAuditTrail>(provider => new LosingTrail(ActivatorUtilities.CreateInstance<SqliteAuditTrail>(provider))));

    private static async Task FindsAsync(Rule rule, Func<IStateStore, IStateStore>? decorate = null, Action<IServiceCollection>? replace = null)
    {
        await using var portal = await WatchedPortal.StartAsync(decorate, replace);
        Assert.Contains(Checker.Check(await portal.WorkAsync(3)), violation => violation.Rule == rule);
    }

    /// <summary>Leaves some keys out of what gives an instance's place back.</summary>
    private sealed class ForgettingStore(IStateStore inner, Func<string, bool> forgets) : StoreDecorator(inner)
    {
        public override Task<CommitResult> CommitAsync(StateTransaction transaction, CancellationToken cancellationToken) =>
            base.CommitAsync(GivesBack(transaction) ? transaction with { Puts = transaction.Puts.RemoveAll(put => forgets(put.Key)) } : transaction, cancellationToken);

        private static bool GivesBack(StateTransaction transaction) =>
            transaction.Deletes.Any(key => key.StartsWith(StateKeys.Instances, StringComparison.Ordinal) && key.EndsWith("/worker", StringComparison.Ordinal));
    }

    /// <summary>Repeats a reservation that was committed, as if the answer had been lost and nothing had been looked up.</summary>
    private sealed class RepeatingStore(IStateStore inner) : StoreDecorator(inner)
    {
        public override async Task<CommitResult> CommitAsync(StateTransaction transaction, CancellationToken cancellationToken)
        {
            var result = await base.CommitAsync(transaction, cancellationToken);
            return result is CommitResult.Committed && Reserves(transaction) ? await base.CommitAsync(transaction with { Guards = [] }, cancellationToken) : result;
        }

        private static bool Reserves(StateTransaction transaction) => transaction.Guards.Any(guard => guard is StateGuard.Modified { Revision: 0 } && guard.Key.StartsWith(StateKeys.Instances, StringComparison.Ordinal));
    }

    /// <summary>Says that what an admin asked of an instance was written, and does not write it.</summary>
    private sealed class ForgetfulStore(IStateStore inner) : StoreDecorator(inner)
    {
        public override async Task<CommitResult> CommitAsync(StateTransaction transaction, CancellationToken cancellationToken) =>
            transaction.Puts.Any(put => Encoding.UTF8.GetString(put.Value.Span).Contains("asked to cancel", StringComparison.Ordinal))
                ? new CommitResult.Committed((await ListAsync(StateKeys.AuditHead, 0, cancellationToken)).Revision) : await base.CommitAsync(transaction, cancellationToken);
    }

    /// <summary>A placement is lost on its way, and arrives, unguarded, in the next term.</summary>
    private sealed class LateStore(IStateStore inner) : StoreDecorator(inner)
    {
        private int _late;

        public override async Task<CommitResult> CommitAsync(StateTransaction transaction, CancellationToken cancellationToken)
        {
            if (!transaction.Puts.Any(put => put.Key.EndsWith("/worker", StringComparison.Ordinal)) || Interlocked.Exchange(ref _late, 1) != 0)
                return await base.CommitAsync(transaction, cancellationToken);
            var another = DomainJson.Write(new LeaderEntry("another", "", TimeProvider.System.GetUtcNow(), 0));
            await base.CommitAsync(new StateTransaction { Deletes = [StateKeys.SchedulerLeader] }, cancellationToken);
            await base.CommitAsync(new StateTransaction { Puts = [new StatePut(StateKeys.SchedulerLeader, another)] }, cancellationToken);
            await base.CommitAsync(transaction with { Guards = [] }, cancellationToken);
            await base.CommitAsync(new StateTransaction { Deletes = [StateKeys.SchedulerLeader] }, cancellationToken);
            return new CommitResult.Unknown("late");
        }
    }

    /// <summary>Every tenth event goes missing.</summary>
    private sealed class LosingTrail(IAuditTrail inner) : IAuditTrail
    {
        public Task AppendAsync(ImmutableArray<AuditEvent> events, CancellationToken cancellationToken) => inner.AppendAsync([.. events.Where(told => told.Sequence % 10 != 0)], cancellationToken);

        public Task<ImmutableArray<AuditEvent>> QueryAsync(AuditQuery query, CancellationToken cancellationToken) => inner.QueryAsync(query, cancellationToken);

        public Task<ImmutableArray<AuditEvent>> ReadChainAsync(long fromSequence, int limit, CancellationToken cancellationToken) => inner.ReadChainAsync(fromSequence, limit, cancellationToken);

        public Task ExpireAsync(DateTimeOffset before, CancellationToken cancellationToken) => inner.ExpireAsync(before, cancellationToken);
    }
}

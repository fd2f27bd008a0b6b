using System.Collections.Immutable;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Ccm.Engine.Leadership;

/// <summary>The elections this process takes part in, one a leader key.</summary>
public sealed class Elections(
    Replica replica, IStateStore store, WatchCache cache, IOptions<LeadershipOptions> options, TimeProvider time, ILogger<Election> logger)
{
    private readonly ImmutableDictionary<string, Election> _byKey = new[] { StateKeys.SchedulerLeader, StateKeys.ControllerLeader }
        .ToImmutableDictionary(key => key, key => new Election(key, replica, store, cache, options.Value.LeaseTtl, time, logger));

    public Election Scheduler => _byKey[StateKeys.SchedulerLeader];

    public Election Controller => _byKey[StateKeys.ControllerLeader];

    public IEnumerable<Election> All => _byKey.Values;
}

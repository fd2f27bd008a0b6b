namespace Ccm.Engine.Hosts.Simulated;

/// <summary>A simulated host under <c>/ccm/simulator/hosts/{workerId}</c>.</summary>
/// <param name="On">Powered, or to be.</param>
/// <param name="SettledAt">When the boot or the shutdown that was asked for is over.</param>
/// <param name="VanishesAt">From then on there is no such host; null: it stays.</param>
internal sealed record SimulatedHost(string WorkerId, bool On, DateTimeOffset SettledAt, string Address, DateTimeOffset? VanishesAt = null);

/// <summary>A simulated lab under <c>/ccm/simulator/labs/{workerId}/{labId}</c>.</summary>
/// <param name="SettledAt">When the change that was asked for is over.</param>
internal sealed record SimulatedLab(string Id, string Title, int Nodes, int LicensedNodes, SimulatedLabPhase Phase, DateTimeOffset SettledAt);

internal enum SimulatedLabPhase { Defined, Starting, Stopping, Wiped }

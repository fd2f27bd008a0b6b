using System.Collections.Immutable;

namespace Ccm.Engine.Hosts.Cml;

/// <summary>A lab as <c>GET /labs/{id}</c> tells of it.</summary>
internal sealed record CmlLab(string LabTitle, string State, int NodeCount);

/// <summary>The answer to an import.</summary>
internal sealed record CmlImported(string Id);

/// <summary><c>GET /system_information</c>.</summary>
/// <param name="Version">As <c>2.8.1+build.14</c>.</param>
internal sealed record CmlInformation(string Version, bool Ready);

/// <summary><c>GET /system_stats</c>, of which the sums over all computes count.</summary>
internal sealed record CmlStats(CmlAmounts All);

internal sealed record CmlAmounts(CmlCpu Cpu, CmlBytes Memory, CmlBytes Disk);

internal sealed record CmlCpu(int Count);

internal sealed record CmlBytes(long Total);

/// <summary><c>GET /licensing</c>.</summary>
/// <param name="Features">What is licensed beyond the product itself, such as more nodes.</param>
internal sealed record CmlLicensing(CmlLicenceStatus Registration, CmlLicenceStatus Authorization, ImmutableArray<CmlFeature> Features = default);

internal sealed record CmlLicenceStatus(string Status);

internal sealed record CmlFeature(string Id, int InUse);

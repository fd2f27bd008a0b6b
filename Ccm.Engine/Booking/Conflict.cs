using System.Collections.Immutable;

namespace Ccm.Engine.Booking;

/// <summary>Where the plan breaks: somebody who was promised a place, or asks for one, would have none.</summary>
/// <param name="Booked">Held then on workers that could hold it.</param>
/// <param name="Most">All that workers which could hold it can offer at full growth.</param>
/// <param name="Regions">Where there are workers or can be.</param>
internal sealed record Conflict(Claim Claim, DateTimeOffset At, ForecastLimit Limit, Load Booked, Load Most, ImmutableArray<string> Regions)
{
    /// <summary>What a worker offers in amounts.</summary>
    public static readonly ForecastLimit[] Resources = [ForecastLimit.MemoryGb, ForecastLimit.Nodes, ForecastLimit.CpuCores, ForecastLimit.StorageGb, ForecastLimit.Ports];

    public static Conflict Of(Claim claim, DateTimeOffset at, GrownFleet fleet, Load booked, bool lateRoom)
    {
        var (asked, most) = (Load.Of(claim), fleet.Most(claim, at));
        if (!fleet.CouldHold(claim, at))
            return new Conflict(claim, at, NoWorker(claim, fleet.Regions), booked, most, fleet.Regions);
        if (lateRoom)
            return new Conflict(claim, at, ForecastLimit.StartUp, booked, most, fleet.Regions);
        var scarcest = Resources.Where(resource => asked[resource] > 0).OrderByDescending(resource => (double)(asked[resource] + booked[resource]) / most[resource]).FirstOrDefault(ForecastLimit.MemoryGb);
        return new Conflict(claim, at, scarcest, booked, most, fleet.Regions);
    }

    /// <summary>What is wrong with all workers there could be: that they are elsewhere is told before what they are like.</summary>
    public static ForecastLimit NoWorker(Claim claim, ImmutableArray<string> regions) =>
        claim.Request.Region is { Length: > 0 } region && !regions.Contains(region) ? ForecastLimit.Region : ForecastLimit.Worker;
}

namespace Ccm.Engine.Booking;

/// <summary>Where the plan breaks: somebody who was promised a place, or asks for one, would have none.</summary>
/// <param name="Booked">Held then on workers that could hold it.</param>
/// <param name="Most">All that workers which could hold it can offer at full growth.</param>
internal sealed record Conflict(Claim Claim, DateTimeOffset At, ForecastLimit Limit, Load Booked, Load Most)
{
    private static readonly ForecastLimit[] Resources = [ForecastLimit.MemoryGb, ForecastLimit.Nodes, ForecastLimit.CpuCores, ForecastLimit.StorageGb, ForecastLimit.Ports];

    public static Conflict Of(Claim claim, DateTimeOffset at, GrownFleet fleet, Load booked, bool lateRoom)
    {
        var (asked, most) = (Load.Of(claim), fleet.Most(claim, at));
        if (!fleet.CouldHold(claim, at))
            return new Conflict(claim, at, ForecastLimit.Worker, booked, most);
        if (lateRoom)
            return new Conflict(claim, at, ForecastLimit.StartUp, booked, most);
        var scarcest = Resources.Where(resource => asked[resource] > 0).OrderByDescending(resource => (double)(asked[resource] + booked[resource]) / most[resource]).FirstOrDefault(ForecastLimit.MemoryGb);
        return new Conflict(claim, at, scarcest, booked, most);
    }
}

using Ccm.Bench.Measuring;

namespace Ccm.Bench.Schedule;

/// <summary>Raw placements by so many lanes at once, each with labs and workers of its own, so that no guard ever fails.</summary>
/// <param name="transactions">Of each lane in one block.</param>
/// <param name="labs">Placed in one transaction.</param>
/// <param name="workers">That they go to.</param>
internal sealed class RawSide(string name, RawKeys keys, int lanes, int transactions, int labs, int workers) : ISide
{
    public string Name => name;

    public Task PrepareAsync() => Task.CompletedTask;

    public async Task<int> RunAsync()
    {
        await Task.WhenAll(Enumerable.Range(0, lanes).Select(lane => Task.Run(() => LaneAsync(lane))));
        return lanes * transactions * labs;
    }

    public Task SettleAsync() => keys.CleanAsync();

    private async Task LaneAsync(int lane)
    {
        var (ofLane, workersOfLane) = (RawKeys.Labs / lanes, RawKeys.Workers / lanes);
        var (chosen, on) = (new int[labs], new int[workers]);
        for (var n = 0; n < transactions; n++)
        {
            for (var lab = 0; lab < labs; lab++)
                chosen[lab] = (lane * ofLane) + (((n * labs) + lab) % ofLane);
            for (var worker = 0; worker < workers; worker++)
                on[worker] = (lane * workersOfLane) + (((n * workers) + worker) % workersOfLane);
            await keys.PlaceAsync(chosen, on);
        }
    }
}

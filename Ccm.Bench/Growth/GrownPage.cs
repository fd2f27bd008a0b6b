using Ccm.Bench.Circuits;
using Ccm.Bench.Dom;
using Ccm.Bench.Measuring;
using Ccm.Bench.Servers;
using Ccm.Bench.Shield;

namespace Ccm.Bench.Growth;

/// <summary>An open instances page of so many rows, and what the portal computes until one change stands in it.</summary>
internal sealed class GrownPage : Grown, ISide
{
    private const int Changes = 40;
    private const int InSight = 20;
    private readonly EtcdProcess _etcd;
    private readonly RowChanges _changes;
    private readonly AttachedPortal _portal;
    private readonly Visitor _visitor;
    private readonly OpenPage _page;

    private GrownPage(int rows, EtcdProcess etcd, RowChanges changes, AttachedPortal portal, Visitor visitor, OpenPage page) : base(rows) =>
        (_etcd, _changes, _portal, _visitor, _page) = (etcd, changes, portal, visitor, page);

    public string Name => $"{Size} rows";

    public static async Task<GrownPage> StartAsync(int rows)
    {
        var etcd = await EtcdProcess.StartAsync();
        var changes = new RowChanges(etcd);
        await changes.FillAsync(rows);
        var portal = await AttachedPortal.StartAsync(etcd);
        var visitor = await Visitor.SignInAsync(portal.Portal.Address, "admin");
        return new GrownPage(rows, etcd, changes, portal, visitor, await OpenPage.OpenAsync(visitor, "/instances"));
    }

    /// <summary>The portal's own time: how long a page lets changes gather before it paints is no cost.</summary>
    public override async Task<Block> MeasureAsync()
    {
        var block = await Block.OfAsync(this, _portal.Portal.Process);
        return block with { Elapsed = block.ServerCpu };
    }

    public Task PrepareAsync() => Task.CompletedTask;

    public async Task<int> RunAsync()
    {
        for (var n = 0; n < Changes; n++)
            await _page.SeesAsync(await _changes.ChangeAsync(_page.Rows[n % InSight]));
        return Changes;
    }

    public Task SettleAsync() => Task.CompletedTask;

    public override async ValueTask DisposeAsync()
    {
        await _page.DisposeAsync();
        _visitor.Dispose();
        await _portal.DisposeAsync();
        await _changes.DisposeAsync();
        await _etcd.DisposeAsync();
    }
}

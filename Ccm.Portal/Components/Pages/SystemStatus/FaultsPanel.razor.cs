using System.Text.Json;
using Ccm.Engine.Leadership;
using Ccm.Engine.Watching;
using Ccm.Portal.Api;
using Ccm.Portal.Health;
using Ccm.Portal.Live;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Pages.SystemStatus;

/// <summary>What this replica complained of lately, and everything this page knows as one text to hand on.</summary>
public sealed partial class FaultsPanel
{
    private const int Shown = 30;
    private static readonly JsonSerializerOptions Indented = new(ApiJson.Answers) { WriteIndented = true };
    private IReadOnlyList<Fault> _faults = [];
    private string? _diagnostics;
    private bool _gathering;

    [Inject]
    private RecentFaults Faults { get; set; } = null!;

    [Inject]
    private SystemHealth Health { get; set; } = null!;

    [Inject]
    private StateMonitor Monitor { get; set; } = null!;

    [Inject]
    private WatchCache Cache { get; set; } = null!;

    [Inject]
    private Replica Replica { get; set; } = null!;

    [Inject]
    private OpenCircuits Circuits { get; set; } = null!;

    protected override TimeSpan? LookEvery => TimeSpan.FromSeconds(5);

    protected override void OnInitialized() => LookAgain();

    protected override bool LookAgain()
    {
        var newest = Faults.Newest.Take(Shown).ToList();
        if (newest.SequenceEqual(_faults))
            return false;
        _faults = newest;
        return true;
    }

    private async Task GatherAsync()
    {
        _gathering = true;
        try
        {
            var fleet = Cache.Current;
            _diagnostics = JsonSerializer.Serialize(new
            {
                At = Time.GetUtcNow(),
                Status = await Health.StatusAsync(Left),
                Identity = await Health.IdentityAsync(Left),
                StateStore = Monitor.Report,
                fleet.Leaders,
                Replicas = fleet.Replicas.Values,
                Outbox = new { Depth = fleet.Outbox.Count, OldestSeconds = Monitor.OutboxAge?.TotalSeconds },
                Fleet = new { Instances = fleet.InstancesByState.ToDictionary(pair => pair.Key.ToString(), pair => pair.Value.Count), Workers = fleet.Workers.Values.CountBy(worker => worker.Value.State.ToString()).ToDictionary() },
                Process = Vitals.Of(Replica, Circuits, Cache),
                Faults = Faults.Newest,
            }, Indented);
        }
        finally
        {
            _gathering = false;
        }
    }
}

using System.Text;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Hosts;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Ccm.Tests.Faults.Checking;
using Ccm.Tests.Labs;
using Ccm.Tests.Servers;
using Ccm.Tests.Story;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Ccm.Tests.Hosts;

/// <summary>
/// The whole engine on listed hosts that speak CML: public labs from PENDING to TERMINATED, while the hosts fail in every way there is and
/// the engine ends in the midst of it and is followed by another.
/// </summary>
public sealed class StaticHostsStory
{
    private const int Speed = 20;

    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["Ccm:Leadership:LeaseTtl"] = "00:02:00",
        ["Ccm:Simulator:Speed"] = "1",
        ["Ccm:Seed:DemoLabs"] = "false",
        ["Ccm:Seed:Templates:personal-small:Enabled"] = "false",
        ["Ccm:Seed:Templates:enterprise-metal:Enabled"] = "false",
        ["Ccm:Seed:Templates:own:Provider"] = "static",
        ["Ccm:Seed:Templates:own:LicenseType"] = "Personal",
        ["Ccm:Seed:Templates:own:CpuCores"] = "8",
        ["Ccm:Seed:Templates:own:MemoryGb"] = "64",
        ["Ccm:Seed:Templates:own:StorageGb"] = "500",
        ["Ccm:Seed:Templates:own:StartupTimeMinutes"] = "1",
        ["Ccm:Seed:Templates:own:MaxWorkers"] = "2",
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Labs_OnHostsThatFailAtRandom_RunAndGiveEverythingBack(int seed)
    {
        await using var one = await CmlStandIn.StartAsync();
        await using var two = await CmlStandIn.StartAsync();
        CmlStandIn[] hosts = [one, two];
        var others = hosts.Select(host => host.Put("somebody else's", "STARTED")).ToList();
        var likeOurs = one.Put(LabTitle.Of("i-nobody-knows"));
        var faults = new SeededFaults(seed);
        foreach (var host in hosts)
        {
            // Others' labs take up licensed nodes too.
            host.ExtraNodes = 10;
            host.Fault = request => faults.For(request, host);
        }
        using var directory = new TemporaryDirectory();
        KeyValuePair<string, string?>[] settings = [.. Settings, .. Listed("a", one), .. Listed("b", two)];
        var time = new FastTime(Speed);
        var reserved = new List<string>();
        await using (var first = await EngineHost.StartAsync(directory.Path, settings, Stop, time))
            await ReserveAsync(first, reserved);
        await using var engine = await EngineHost.StartAsync(directory.Path, settings, Stop, time);
        var running = await engine.UntilAsync(snapshot => All(snapshot, reserved, InstanceState.Running), Stop);
        Assert.Empty(PlaceRules.Books(running));
        Assert.All(reserved, id => Assert.Equal(0, running.Instances[id].Value.FailedAttempts));
        Assert.All(reserved, id => Assert.True(Assert.Single(hosts.SelectMany(host => host.Titles[LabTitle.Of(id)])).IsUp));
        Assert.All(reserved, id => Assert.Equal("127.0.0.1", running.Workers[running.Instances[id].WorkerId!].Value.Address));

        foreach (var id in reserved)
            await engine.Control.CancelInstanceAsync(EngineHost.Admin, Operation.New(), id, Stop);
        var over = await engine.UntilAsync(snapshot => All(snapshot, reserved, InstanceState.Terminated), Stop);
        Assert.Empty(PlaceRules.Books(over));
        Assert.All(reserved, id => Assert.Equal(Outcome.Cancelled, over.Instances[id].Value.Outcome));
        Assert.All(reserved, id => Assert.Empty(hosts.SelectMany(host => host.Titles[LabTitle.Of(id)])));

        foreach (var worker in over.Workers.Keys)
            await engine.Control.TerminateWorkerAsync(EngineHost.Admin, Operation.New(), worker, Stop);
        await engine.UntilAsync(snapshot => snapshot.Workers.Values.All(worker => worker.Value.State == WorkerState.Terminated) && snapshot.Outbox.IsEmpty, Stop);
        var store = (await engine.Services.GetRequiredService<IStateStore>().ListAsync(StateKeys.Root, 0, Stop)).Entries.ToDictionary(entry => entry.Key, entry => Encoding.UTF8.GetString(entry.Value.Span));
        Assert.Equal("{}", store[StateKeys.StaticHosts]);
        Assert.All(store.Values, value => Assert.DoesNotContain(CmlStandIn.Password, value, StringComparison.Ordinal));
        Assert.Equal(others.Append(likeOurs).Order(), hosts.SelectMany(host => host.Titles.SelectMany(title => title)).Select(lab => lab.Id).Order());
        Assert.All(others, id => Assert.True(hosts.SelectMany(host => host.Titles.SelectMany(title => title)).Single(lab => lab.Id == id).IsUp));
        Assert.True(faults.Count > 10, $"Only {faults.Count} faults came to pass.");
        await AllLabsStory.AssertAuditAsync(engine, reserved, Stop);
    }

    /// <summary>Until at least one is being brought to its host.</summary>
    private static async Task ReserveAsync(EngineHost engine, List<string> reserved)
    {
        await engine.UntilAsync(snapshot => snapshot.Templates.ContainsKey("own"), Stop);
        foreach (var file in new[] { "ccna-prep-s1e3-CCNA_Prep_2024_S1E3_EtherChannel.yaml", "basic-forwarding-behavior.yaml", "ipsec-exploration.yaml" })
        {
            var name = $"lab-{reserved.Count}";
            await engine.Control.PublishAsync(EngineHost.Admin, Operation.New(), new PublishRequest { Name = name, Version = "1.0.0", LabYaml = PublicLabs.Read(file) }, Stop);
            reserved.Add((await engine.Control.ReserveAsync(EngineHost.Admin, Operation.New(), new ReserveRequest(name), Stop)).Id);
        }
        await engine.UntilAsync(snapshot => snapshot.In(InstanceState.Instantiating).Any(), Stop);
    }

    private static bool All(FleetSnapshot snapshot, List<string> ids, InstanceState state) =>
        ids.All(id => snapshot.Instances.TryGetValue(id, out var entry) && entry.Value.State == state);

    internal static Dictionary<string, string?> Listed(string name, CmlStandIn host) => new()
    {
        [$"Ccm:Hosts:Static:{name}:Url"] = host.Address.ToString(),
        [$"Ccm:Hosts:Static:{name}:Username"] = CmlStandIn.Username,
        [$"Ccm:Hosts:Static:{name}:Password"] = CmlStandIn.Password,
    };

    /// <summary>One request in six meets a fault; which, the seed decides.</summary>
    private sealed class SeededFaults(int seed)
    {
        private readonly Lock _lock = new();
        private readonly Random _random = new(seed);

        public int Count { get; private set; }

        public StandInFault? For(HttpRequest request, CmlStandIn host)
        {
            lock (_lock)
            {
                var draw = _random.Next(100);
                if (draw >= 16)
                    return null;
                Count++;
                if (draw < 2)
                    host.ExpireTokens();
                return draw switch
                {
                    < 2 => null,
                    < 5 => new StandInFault.Answer(502, "<html>Bad Gateway</html>"),
                    < 6 => new StandInFault.Answer(200, "<html>Welcome to the hotel's network</html>"),
                    < 7 => new StandInFault.Answer(200, """{"something":["else"]}""", "application/json"),
                    < 8 => new StandInFault.Silence(),
                    < 11 => new StandInFault.Hangup(),
                    _ => new StandInFault.LostAnswer(),
                };
            }
        }

    }
}

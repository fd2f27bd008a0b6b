using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.State;

namespace Ccm.Tests.Week;

/// <summary>People and faults of a week, carried out on the engine in order of time; all that was asked and done stays in the store's history.</summary>
internal sealed class SimulatedWeek(WeekEngine engine, Random random)
{
    private const int Tries = 6;
    private static readonly Actor Person = new("person", "Person", [Role.Admin]);
    private readonly Dictionary<int, string> _instances = [];
    private readonly HashSet<string> _asked = [];

    /// <summary>Ids of the operations that people asked for.</summary>
    public IReadOnlySet<string> Asked => _asked;

    public int Booked => _instances.Count;

    /// <summary>People's requests that the rules refused: too late, already over.</summary>
    public int Refused { get; private set; }

    public int HostsLost { get; private set; }

    public int Failovers { get; private set; }

    /// <summary>Old terms whose write was accepted; there must be none.</summary>
    public int FencesBroken { get; private set; }

    public async Task RunAsync()
    {
        var monday = engine.Now;
        foreach (var (name, nodes) in WeekOfBookings.Labs)
            await AskAsync(operation => engine.Control.PublishAsync(Person, operation, WeekOfBookings.Lab(name, nodes), CancellationToken.None));
        foreach (var template in WeekOfBookings.Templates)
            await AskAsync(operation => engine.Control.CreateTemplateAsync(Person, operation, template, CancellationToken.None));
        var deeds = WeekOfBookings.Draw(random, monday).Select(act => (act.At, Do: (Func<Task>)(() => CarryOutAsync(act)))).Concat(Faults(monday)).OrderBy(deed => deed.At).ToList();
        foreach (var (at, carryOut) in deeds)
        {
            await engine.RunAsync(at);
            await carryOut();
        }
        // The last slots end, the fleet shrinks, and what ended is not forgotten yet.
        await engine.RunAsync(monday.AddDays(WeekOfBookings.Days).AddHours(20));
        await engine.RelayAsync();
    }

    private IEnumerable<(DateTimeOffset At, Func<Task> Do)> Faults(DateTimeOffset monday)
    {
        for (var day = 0; day < WeekOfBookings.Days; day++)
        {
            DateTimeOffset Sometime() => monday.AddDays(day).AddMinutes(random.Next(8 * 60, 20 * 60));
            yield return (Sometime(), FailOverAsync);
            yield return (Sometime(), () => HostAsync(worker => engine.Hosts.Silence(worker.Id, TimeSpan.FromMinutes(random.Next(1, 5)))));
            yield return (Sometime(), () => HostAsync(worker => engine.Hosts.Silence(worker.Id, TimeSpan.FromMinutes(random.Next(6, 20)))));
            if (day % 2 == 0)
                yield return (Sometime(), LoseHostAsync);
            yield return (Sometime(), () => Now(() => engine.Store.AwayUntil = engine.Now.AddMinutes(2)));
        }
    }

    private async Task FailOverAsync()
    {
        var old = await engine.ElectAsync();
        Failovers++;
        if (old is null)
            return;
        try
        {
            await engine.Control.RecordScalingAsync(old, EventTypes.ScalingUpSkipped, "templates/small", "Written by a leader whose term is over.", CancellationToken.None);
            FencesBroken++;
        }
        catch (RefusedException)
        {
            // So it must be: its fence does not hold any more.
        }
    }

    private async Task LoseHostAsync()
    {
        if (Running() is not { } worker)
            return;
        HostsLost++;
        await engine.Fleet.TerminateAsync(worker, CancellationToken.None);
    }

    private Task HostAsync(Action<Worker> act) => Now(() =>
    {
        if (Running() is { } worker)
            act(worker);
    });

    private Worker? Running()
    {
        var running = engine.Cache.Current.Workers.Values.Where(worker => worker.Value.State == WorkerState.Running).OrderBy(worker => worker.Value.CreatedAt).Select(worker => worker.Value).ToList();
        return running.Count == 0 ? null : running[random.Next(running.Count)];
    }

    private async Task CarryOutAsync(Act act)
    {
        if (act.Deed == Deed.Reserve)
        {
            var start = act.Ahead == TimeSpan.Zero ? (DateTimeOffset?)null : act.At + act.Ahead;
            if (await AskAsync(operation => engine.Control.ReserveAsync(Person, operation, new ReserveRequest(act.Definition, null, start, act.Minutes), CancellationToken.None)) is { } reserved)
                _instances[act.Booking] = reserved.Id;
        }
        else if (_instances.TryGetValue(act.Booking, out var id) && engine.Cache.Current.Instances.TryGetValue(id, out var entry))
        {
            await AskAsync(operation => act.Deed switch
            {
                Deed.Cancel => engine.Control.CancelInstanceAsync(Person, operation, id, CancellationToken.None),
                Deed.Stop => engine.Control.StopInstanceAsync(Person, operation, id, CancellationToken.None),
                Deed.Start => engine.Control.StartInstanceAsync(Person, operation, id, CancellationToken.None),
                _ => engine.Control.ExtendInstanceAsync(Person, operation, id, (entry.Value.TimeslotEnd ?? act.At).AddMinutes(act.Minutes), CancellationToken.None),
            });
        }
    }

    /// <summary>As somebody who reads the answer: a refusal by the rules is taken, an outage is waited for with the same operation.</summary>
    private async Task<T?> AskAsync<T>(Func<Operation, Task<T>> ask) where T : class
    {
        var operation = Operation.Keyed("person", "POST", "week", $"{_asked.Count}", "");
        _asked.Add(operation.Id);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await ask(operation);
            }
            catch (RefusedException refused) when (refused.Kind == RefusalKind.Unavailable && attempt < Tries)
            {
                await engine.RunAsync(engine.Now.AddSeconds(30));
            }
            catch (RefusedException refused) when (refused.Kind is RefusalKind.Conflict or RefusalKind.Invalid)
            {
                Refused++;
                return null;
            }
        }
    }

    private static Task Now(Action act)
    {
        act();
        return Task.CompletedTask;
    }
}

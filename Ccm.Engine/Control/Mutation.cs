using System.Text;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Control;

/// <summary>Gathers one decision's guards, writes and events into one transaction.</summary>
internal sealed class Mutation(Operation operation, Actor actor, DateTimeOffset now)
{
    private readonly Dictionary<string, StateGuard> _guards = [];
    private readonly Dictionary<string, StatePut> _puts = [];
    private readonly HashSet<string> _deletes = [];
    private readonly Dictionary<object, byte[]> _written = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, object> _objects = [];
    private readonly OutboxWriter _events = new(operation, actor, now);

    public DateTimeOffset Now => now;

    public Actor Actor => actor;

    public Operation Operation => operation;

    /// <summary>Whether there is nothing to write.</summary>
    public bool IsEmpty => _puts.Count == 0 && _deletes.Count == 0 && _events.IsEmpty;

    /// <summary>What it decided on.</summary>
    public IEnumerable<string> Guarded => _guards.Keys;

    /// <summary>The transaction holds only while the key's last change is <paramref name="revision"/>; 0: absent.</summary>
    public void Guard(string key, long revision) => _guards[key] = new StateGuard.Modified(key, revision);

    public void Guard(StateGuard guard) => _guards[guard.Key] = guard;

    public void PutInstance(LabletInstance instance, long seen)
    {
        Guard(StateKeys.InstanceState(instance.Id), seen);
        PutObject(StateKeys.InstanceState(instance.Id), instance);
    }

    public void PutInstanceWorker(string id, string workerId) => Put(StateKeys.InstanceWorker(id), Encoding.UTF8.GetBytes(workerId));

    public void Delete(string key) => _deletes.Add(key);

    public void PutWorker(Worker worker, long seen)
    {
        Guard(StateKeys.WorkerState(worker.Id), seen);
        PutObject(StateKeys.WorkerState(worker.Id), worker);
    }

    /// <summary>All keys of a worker that did not exist.</summary>
    public void PutNewWorker(Worker worker)
    {
        PutWorker(worker, seen: 0);
        PutGuarded(StateKeys.WorkerCapacity(worker.Id), AvailableCapacity.Of(worker.Declared, now), 0);
        Guard(StateKeys.WorkerPorts(worker.Id), 0);
        Put(StateKeys.WorkerPorts(worker.Id), Encoding.UTF8.GetBytes(PortBitmap.Empty(worker.PortRange).ToString()));
    }

    /// <summary>What is free on a worker after taking or giving back, guarded on what was seen.</summary>
    public void PutRoom(string workerId, Revised<AvailableCapacity> seenCapacity, Revised<PortBitmap> seenPorts, Capacity available, PortBitmap ports)
    {
        Guard(StateKeys.WorkerCapacity(workerId), seenCapacity.ModRevision);
        Guard(StateKeys.WorkerPorts(workerId), seenPorts.ModRevision);
        Put(StateKeys.WorkerCapacity(workerId), DomainJson.Write(AvailableCapacity.Of(available, now)));
        Put(StateKeys.WorkerPorts(workerId), Encoding.UTF8.GetBytes(ports.ToString()));
    }

    /// <summary>Holds only while the worker's capacity and ports are as seen.</summary>
    public void GuardRoom(WorkerEntry worker)
    {
        Guard(StateKeys.WorkerCapacity(worker.Id), worker.Capacity.ModRevision);
        Guard(StateKeys.WorkerPorts(worker.Id), worker.Ports.ModRevision);
    }

    public void PutDefinition(string name, DefinitionPointer pointer, long seen) => PutGuarded(StateKeys.Definition(name), pointer, seen);

    public void PutTemplate(string name, TemplatePointer pointer, long seen) => PutGuarded(StateKeys.Template(name), pointer, seen);

    /// <param name="notice">Null: it is withdrawn.</param>
    public void PutNotice(Notice? notice, long seen)
    {
        if (notice is not null)
        {
            PutGuarded(StateKeys.Notice, notice, seen);
            return;
        }
        Guard(StateKeys.Notice, seen);
        Delete(StateKeys.Notice);
    }

    /// <param name="before">Null when it did not exist.</param>
    /// <param name="after">Null when it is gone.</param>
    public void Event<T>(string type, string subject, string reason, T? before, T? after) where T : class =>
        _events.Add(type, subject, reason, Written(before), Written(after));

    public StateTransaction Build()
    {
        var outbox = StateKeys.OutboxEntry(operation.Id);
        Guard(outbox, 0);
        Put(outbox, _written[_events] = _events.Close());
        _objects[outbox] = _events;
        return new StateTransaction { Guards = [.. _guards.Values], Puts = [.. _puts.Values], Deletes = [.. _deletes] };
    }

    /// <summary>Commits nothing and holds only while what was decided on still is so.</summary>
    public StateTransaction BuildCheck() => new() { Guards = [.. _guards.Values] };

    /// <summary>The states that are put, as objects, and the events; once it is built.</summary>
    public void TellOwn(OwnWrites own)
    {
        foreach (var (key, value) in _objects)
            own.Expect(key, _written[value], value);
    }

    private void PutObject<T>(string key, T value) where T : class
    {
        Put(key, Written(value));
        _objects[key] = value;
    }

    private void PutGuarded<T>(string key, T value, long seen)
    {
        Guard(key, seen);
        Put(key, DomainJson.Write(value));
    }

    /// <summary>An object that is put and told of is written once; nothing for one that is not there.</summary>
    private byte[] Written<T>(T? value) where T : class
    {
        if (value is null)
            return [];
        if (!_written.TryGetValue(value, out var bytes))
            _written[value] = bytes = DomainJson.Write(value);
        return bytes;
    }

    private void Put(string key, byte[] value) => _puts[key] = new StatePut(key, value);
}

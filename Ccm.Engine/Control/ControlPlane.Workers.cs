using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Control;

public sealed partial class ControlPlane
{
    /// <summary>Adds a worker of a template's newest revision; PENDING when this returns. Refused at the template's max_workers.</summary>
    /// <param name="fence">The leader's guard when scaling asks; null for people.</param>
    /// <param name="beside">How many workers the template had when scaling decided on one more: with another number the decision is void. Null for people.</param>
    public Task<Worker> CreateWorkerAsync(
        Actor actor, Operation operation, string templateName, string reason, StateGuard? fence, int? beside, CancellationToken cancellationToken)
    {
        Authorise(actor, Permission.OperateWorkers, "create workers");
        if (fence is null)
            RefuseWhenOutboxIsFull();
        var id = operation.DerivedId("w");
        var admin = actor.May(Permission.EditTemplates);
        return CommitAsync(actor, operation, async (snapshot, mutation) =>
        {
            var template = await ReadTemplateAsync(templateName, cancellationToken);
            var pointer = snapshot.Templates[templateName];
            if (!template.Enabled)
                throw RefusedException.Conflict($"Template '{templateName}' is disabled.", admin ? "Enable it, or choose another one." : "Choose another one, or ask an admin to enable it.", "template");
            if (pointer.Value.Revision != template.Revision)
                throw RefusedException.Conflict($"Template '{templateName}' was edited meanwhile.", "Try again.", "template");
            if (beside is { } planned && pointer.Value.Workers != planned)
                throw RefusedException.Conflict($"Template '{templateName}' has {Counted.Of(pointer.Value.Workers, "worker")}, and one more was decided on when it had {planned}.", "Decide again.", "template");
            if (pointer.Value.Workers >= template.MaxWorkers)
                throw RefusedException.Conflict($"Template '{templateName}' has {Counted.Of(pointer.Value.Workers, "worker")}, its maximum is {template.MaxWorkers}.", admin ? "Raise its maximum, or terminate one." : "Ask an admin to raise its maximum, or to terminate one.", "template");
            var worker = NewWorker(id, template, reason, mutation);
            if (fence is not null)
                mutation.Guard(fence);
            mutation.PutTemplate(templateName, pointer.Value with { Workers = pointer.Value.Workers + 1 }, pointer.ModRevision);
            mutation.PutNewWorker(worker);
            if (fence is not null)
                mutation.Event<Worker>(EventTypes.ScalingUpDecided, Subjects.Template(templateName), reason, null, worker);
            mutation.Event(EventTypes.Of(WorkerState.Pending), Subjects.Worker(id), reason, null, worker);
            return worker;
        }, async _ => (await ReadWorkerAsync(id, cancellationToken)).Value, cancellationToken);
    }

    /// <summary>Takes no new work; what runs goes on; stops once empty.</summary>
    public Task<Worker> DrainWorkerAsync(Actor actor, Operation operation, string id, CancellationToken cancellationToken) =>
        ChangeWorkerAsync(actor, operation, id, Permission.OperateWorkers, "drain", (entry, mutation) => entry.Value.State switch
        {
            WorkerState.Draining => entry.Value,
            WorkerState.Running => Move(entry.Value, WorkerState.Draining, mutation, $"{actor.Name} asked to drain it.") with
            {
                Target = Leaving(entry.Value),
                DrainStartedAt = mutation.Now,
            },
            _ => throw IllegalTransition(entry.Value, WorkerState.Draining, "Only a RUNNING worker can be drained."),
        }, cancellationToken);

    /// <summary>Takes work again. Labs that were asked to end because the drain was forced end all the same.</summary>
    public Task<Worker> CancelDrainAsync(Actor actor, Operation operation, string id, CancellationToken cancellationToken) =>
        ChangeWorkerAsync(actor, operation, id, Permission.OperateWorkers, "cancel the drain of", (entry, mutation) => entry.Value.State switch
        {
            WorkerState.Draining => Move(entry.Value, WorkerState.Running, mutation, $"{actor.Name} cancelled the drain.") with
            {
                Target = WorkerTarget.Running,
                Forced = false,
            },
            _ => throw IllegalTransition(entry.Value, WorkerState.Running, "Only a DRAINING worker has a drain to cancel."),
        }, cancellationToken);

    /// <summary>Boots a stopped worker again.</summary>
    public Task<Worker> StartWorkerAsync(Actor actor, Operation operation, string id, CancellationToken cancellationToken) =>
        ChangeWorkerAsync(actor, operation, id, Permission.OperateWorkers, "start", (entry, _) => entry.Value switch
        {
            { Target: WorkerTarget.Terminated } or { State: WorkerState.Terminated } => throw IllegalTransition(entry.Value, WorkerState.Provisioning, "Create a new worker."),
            { State: WorkerState.Stopped or WorkerState.Stopping or WorkerState.Failed } worker => worker with { Target = WorkerTarget.Running, Forced = false },
            { State: WorkerState.Draining } => throw IllegalTransition(entry.Value, WorkerState.Provisioning, "Cancel the drain instead."),
            var worker => worker,
        }, cancellationToken);

    /// <summary>Stops an empty worker. With <paramref name="force"/> (admin) what has begun on it is ended first, each lab stopped and deleted properly; so is a drain forced.</summary>
    public Task<Worker> StopWorkerAsync(Actor actor, Operation operation, string id, bool force, CancellationToken cancellationToken) =>
        ChangeWorkerAsync(actor, operation, id, force ? Permission.TerminateWorkers : Permission.OperateWorkers, "stop", (entry, _) =>
        {
            if (entry.Value.State is WorkerState.Stopped or WorkerState.Stopping or WorkerState.Terminated)
                throw IllegalTransition(entry.Value, WorkerState.Stopping, "It is stopped, or about to be.");
            if (!force && !entry.IsEmpty)
                throw RefusedException.Conflict($"Worker '{id}' is not empty.", "Drain it: it stops once its labs have ended. An admin may force it.");
            return entry.Value with { Target = Leaving(entry.Value), Forced = force || entry.Value.Forced };
        }, cancellationToken);

    /// <summary>Ends a worker: drained first, stopped, then given back to its provider.</summary>
    public Task<Worker> TerminateWorkerAsync(Actor actor, Operation operation, string id, CancellationToken cancellationToken) =>
        ChangeWorkerAsync(actor, operation, id, Permission.TerminateWorkers, "terminate", (entry, _) => entry.Value.State == WorkerState.Terminated
            ? entry.Value : entry.Value with { Target = WorkerTarget.Terminated }, cancellationToken);

    /// <summary>An admin says that its host is gone for good; its instances end as lost.</summary>
    public Task<Worker> DeclareLostAsync(Actor actor, Operation operation, string id, CancellationToken cancellationToken) =>
        ChangeWorkerAsync(actor, operation, id, Permission.TerminateWorkers, "declare lost", (entry, mutation) => entry.Value switch
        {
            { State: WorkerState.Terminated } => throw IllegalTransition(entry.Value, WorkerState.Terminated, "It is over already."),
            { LostSince: not null } worker => worker,
            { UnreachableSince: null, State: not WorkerState.Failed } => throw RefusedException.Conflict($"Worker '{id}' answers.", "Only an unreachable or FAILED worker can be declared lost; drain or terminate this one."),
            var worker => worker with { LostSince = mutation.Now, Target = WorkerTarget.Terminated },
        }, cancellationToken);

    /// <summary>
    /// Takes a worker one legal step further, fenced by the controller's term. Leaving RUNNING or DRAINING guards that what was seen
    /// on it still is so; TERMINATED takes it off its template's count.
    /// </summary>
    /// <returns>False when anything had changed meanwhile: look again.</returns>
    /// <exception cref="RefusedException">The store did not take it, or what became of it is not known: look again in a while.</exception>
    public async Task<bool> AdvanceWorkerAsync(
        StateGuard fence, WorkerEntry seen, WorkerState to, string reason, Func<Worker, Worker> change, string? eventType, CancellationToken cancellationToken)
    {
        if (!WorkerTransitions.IsLegal(seen.Value, to, seen.IsEmpty))
            throw new InvalidOperationException($"Worker {seen.Id} may not go from {Capitals(seen.Value.State)} to {Capitals(to)}.");
        var mutation = new Mutation(Operation.New(), Actor.Engine("controller"), time.GetUtcNow());
        mutation.Guard(fence);
        var after = change(Move(seen.Value, to, mutation, reason));
        mutation.GuardRoom(seen);
        mutation.PutWorker(after, seen.State.ModRevision);
        if (to == WorkerState.Terminated && cache.Current.Templates.TryGetValue(seen.Value.Template, out var pointer))
            mutation.PutTemplate(seen.Value.Template, pointer.Value with { Workers = Math.Max(0, pointer.Value.Workers - 1) }, pointer.ModRevision);
        if (eventType is not null)
            mutation.Event(eventType, Subjects.Worker(seen.Id), reason, seen.Value, after);
        mutation.Event(EventTypes.Of(to), Subjects.Worker(seen.Id), reason, seen.Value, after);
        return await CommitOnceAsync(mutation, cancellationToken);
    }

    /// <summary>Writes a condition or a target of a worker that is no transition.</summary>
    public async Task<bool> NoteWorkerAsync(StateGuard fence, WorkerEntry seen, string? eventType, string reason, Func<Worker, Worker> change, CancellationToken cancellationToken)
    {
        var mutation = new Mutation(Operation.New(), Actor.Engine("controller"), time.GetUtcNow());
        mutation.Guard(fence);
        var after = change(seen.Value);
        mutation.PutWorker(after, seen.State.ModRevision);
        if (eventType is not null)
            mutation.Event(eventType, Subjects.Worker(seen.Id), reason, seen.Value, after);
        return await CommitOnceAsync(mutation, cancellationToken);
    }

    /// <summary>Sets a worker's target as scaling decided, while the worker and all that is held on it are as it was decided on: a lab that was placed meanwhile, or a person's word, makes it void.</summary>
    /// <returns>False when any of it had changed: decide anew.</returns>
    public Task<bool> ScaleWorkerAsync(StateGuard fence, WorkerEntry seen, WorkerTarget target, string eventType, string reason, CancellationToken cancellationToken)
    {
        var mutation = new Mutation(Operation.New(), Actor.Engine("controller"), time.GetUtcNow());
        mutation.Guard(fence);
        mutation.GuardRoom(seen);
        var after = seen.Value with { Target = target };
        mutation.PutWorker(after, seen.State.ModRevision);
        mutation.Event(eventType, Subjects.Worker(seen.Id), reason, seen.Value, after);
        return CommitOnceAsync(mutation, cancellationToken);
    }

    /// <summary>Tells the trail of a refusal to grow or to shrink, once, also when the answer is lost.</summary>
    /// <exception cref="RefusedException">The term is over, or the store did not take it.</exception>
    public Task RecordScalingAsync(StateGuard fence, string eventType, string subject, string reason, CancellationToken cancellationToken) =>
        CommitAsync(Actor.Engine("controller"), Operation.New(), (_, mutation) =>
        {
            mutation.Guard(fence);
            mutation.Event<Worker>(eventType, subject, reason, null, null);
            return Task.FromResult(true);
        }, _ => Task.FromResult(true), cancellationToken);

    /// <summary>Removes the keys of a worker that ended.</summary>
    public async Task<bool> ForgetWorkerAsync(StateGuard fence, WorkerEntry seen, CancellationToken cancellationToken)
    {
        if (seen.Value.State != WorkerState.Terminated)
            throw new InvalidOperationException($"Worker {seen.Id} is {Capitals(seen.Value.State)}.");
        return await store.CommitAsync(new StateTransaction
        {
            Guards =
            [
                fence, new StateGuard.Modified(StateKeys.WorkerState(seen.Id), seen.State.ModRevision),
                new StateGuard.Modified(StateKeys.WorkerCapacity(seen.Id), seen.Capacity.ModRevision),
                new StateGuard.Modified(StateKeys.WorkerPorts(seen.Id), seen.Ports.ModRevision),
            ],
            Deletes = [StateKeys.WorkerState(seen.Id), StateKeys.WorkerCapacity(seen.Id), StateKeys.WorkerPorts(seen.Id)],
        }, cancellationToken) is CommitResult.Committed;
    }

    private Task<Worker> ChangeWorkerAsync(
        Actor actor, Operation operation, string id, Permission permission, string verb, Func<WorkerEntry, Mutation, Worker> change, CancellationToken cancellationToken)
    {
        Authorise(actor, permission, $"{verb} workers");
        RefuseWhenOutboxIsFull();
        return CommitAsync(actor, operation, async (_, mutation) =>
        {
            var entry = await ReadWorkerAsync(id, cancellationToken);
            var next = change(entry, mutation);
            mutation.Guard(StateKeys.WorkerState(id), entry.State.ModRevision);
            if (next == entry.Value)
                return next;
            mutation.PutWorker(next, entry.State.ModRevision);
            if (next.State != entry.Value.State)
                mutation.GuardRoom(entry);
            var type = (entry.Value.State, next) switch
            {
                (WorkerState.Draining, { State: WorkerState.Running }) => EventTypes.WorkerDrainCancelled,
                var (was, now) when was != now.State => EventTypes.Of(now.State),
                _ when next.LostSince != entry.Value.LostSince => EventTypes.WorkerLost,
                _ => EventTypes.WorkerTargetChanged,
            };
            mutation.Event(type, Subjects.Worker(id), $"{actor.Name} asked to {verb} it.", entry.Value, next);
            return next;
        }, async _ => (await ReadWorkerAsync(id, cancellationToken)).Value, cancellationToken);
    }

    /// <summary>One that is to be given back stays so, whoever asks for less meanwhile.</summary>
    private static WorkerTarget Leaving(Worker worker) => worker.Target == WorkerTarget.Terminated ? WorkerTarget.Terminated : WorkerTarget.Stopped;

    private static Worker Move(Worker worker, WorkerState to, Mutation mutation, string reason) => worker with
    {
        State = to,
        DrainStartedAt = to is WorkerState.Draining or WorkerState.Failed ? worker.DrainStartedAt : null,
        DrainOverdueSince = to is WorkerState.Draining or WorkerState.Failed ? worker.DrainOverdueSince : null,
        LastTransition = new Transition<WorkerState>(worker.State, to, mutation.Now, mutation.Actor.Id, reason),
    };

    private static Worker NewWorker(string id, WorkerTemplate template, string reason, Mutation mutation) => new()
    {
        Id = id,
        State = WorkerState.Pending,
        Template = template.Name,
        TemplateRevision = template.Revision,
        Provider = template.Provider,
        Region = template.Region,
        InstanceType = template.InstanceType,
        LicenseType = template.LicenseType,
        CmlVersion = template.CmlVersion,
        Declared = template.Declared,
        CpuOvercommit = template.CpuOvercommit,
        PortRange = template.PortRange,
        StartupTimeMinutes = template.StartupTimeMinutes,
        RestartTimeMinutes = template.RestartTimeMinutes,
        DrainTimeoutHours = template.DrainTimeoutHours,
        CostPerHour = template.CostPerHour,
        LastTransition = new Transition<WorkerState>(null, WorkerState.Pending, mutation.Now, mutation.Actor.Id, reason),
        CreatedAt = mutation.Now,
        CreatedBy = mutation.Actor.Id,
        OperationId = mutation.Operation.Id,
    };

    private static RefusedException IllegalTransition(Worker worker, WorkerState to, string fix) =>
        RefusedException.Conflict($"Worker '{worker.Id}' is {Capitals(worker.State)} and cannot become {Capitals(to)}.", fix);
}

using Ccm.Engine.Domain;
using Ccm.Engine.Hosts;

namespace Ccm.Tests.Hosts;

/// <summary>The one host of a test, which is and says what the test wants.</summary>
internal sealed class ScriptedHost : IWorkerProvider, ILabBackend
{
    private static readonly HostDescription Ready = new(HostPhase.Ready, "10.0.0.1", null);

    private int _waiting;

    public ScriptedHost() => Labs = this;

    public string Name => "scripted";

    /// <summary>Its own, unless the test puts another backend there.</summary>
    public ILabBackend Labs { get; set; }

    /// <summary>Null: the provider confirms that it is gone.</summary>
    public HostDescription? Is { get; set; } = Ready;

    /// <summary>Thrown by every call; null: it answers.</summary>
    public Exception? Fails { get; set; }

    /// <summary>It can be given back, whatever itself says.</summary>
    public bool ProviderAnswers { get; set; }

    /// <summary>Thrown by acts on that lab.</summary>
    public Dictionary<string, Exception> Refuses { get; } = [];

    /// <summary>Workers whose labs nobody hears of, however long they wait.</summary>
    public HashSet<string> Hangs { get; } = [];

    /// <summary>When somebody has begun to wait for one that hangs.</summary>
    public TaskCompletionSource Hung { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How many have waited for one that hangs.</summary>
    public int Waiting => _waiting;

    public List<HostLab> On { get; } = [];

    /// <summary>What was asked of it, but for questions.</summary>
    public List<string> Acts { get; } = [];

    public void Silence() => Fails = new HostUnreachableException("No route to host.");

    public void Speak()
    {
        Fails = null;
        Is = Ready;
    }

    public void Put(string id, string title, HostLabState state = HostLabState.Booted) => On.Add(new HostLab(id, title, state, true, 2));

    public Task CreateAsync(Worker worker, CancellationToken cancellationToken) => Act("create");

    public Task StartAsync(Worker worker, CancellationToken cancellationToken) => Act("start");

    public Task StopAsync(Worker worker, CancellationToken cancellationToken) => Act("stop");

    public Task TerminateAsync(Worker worker, CancellationToken cancellationToken)
    {
        if (!ProviderAnswers)
            return Act("terminate");
        Acts.Add("terminate");
        return Task.CompletedTask;
    }

    public Task<HostDescription?> DescribeAsync(Worker worker, CancellationToken cancellationToken) => Fails is { } fails ? throw fails : Task.FromResult(Is);

    public async Task<IReadOnlyList<HostLab>> ListAsync(Worker worker, CancellationToken cancellationToken)
    {
        if (Hangs.Contains(worker.Id))
        {
            Interlocked.Increment(ref _waiting);
            Hung.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }
        return Fails is { } fails ? throw fails : [.. On];
    }

    public async Task<string> ImportAsync(Worker worker, string title, string labYaml, CancellationToken cancellationToken)
    {
        await Act("import");
        var id = $"lab-{Acts.Count}";
        Put(id, title, HostLabState.DefinedOnCore);
        return id;
    }

    public Task StartAsync(Worker worker, string labId, CancellationToken cancellationToken) => Act("start", labId, HostLabState.Booted);

    public Task StopAsync(Worker worker, string labId, CancellationToken cancellationToken) => Act("stop", labId, HostLabState.Stopped);

    public Task WipeAsync(Worker worker, string labId, CancellationToken cancellationToken) => Act("wipe", labId, HostLabState.DefinedOnCore);

    public async Task DeleteAsync(Worker worker, string labId, CancellationToken cancellationToken)
    {
        await Act("delete", labId, null);
        On.RemoveAll(lab => lab.Id == labId);
    }

    private async Task Act(string act, string labId, HostLabState? becomes)
    {
        await Act($"{act} {labId}");
        if (Refuses.TryGetValue(labId, out var refusal))
            throw refusal;
        if (becomes is { } state && On.FindIndex(lab => lab.Id == labId) is >= 0 and var at)
            On[at] = On[at] with { State = state };
    }

    private Task Act(string what)
    {
        if (Fails is { } fails)
            throw fails;
        Acts.Add(what);
        return Task.CompletedTask;
    }
}

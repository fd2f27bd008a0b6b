namespace Ccm.Portal.Live;

/// <summary>Whether the rows of a page stand still while somebody reads them, and how many changes wait meanwhile.</summary>
/// <remarks>One a circuit. All of it happens on the circuit's own context.</remarks>
public sealed class LivePause
{
    /// <summary>What changed, each once: an object that changed ten times is one change to come.</summary>
    private readonly HashSet<string> _waiting = new(StringComparer.Ordinal);

    /// <summary>The revision that is shown; null while nothing is held.</summary>
    public long? Revision { get; private set; }

    public bool IsPaused => Revision is not null;

    public int Waiting => _waiting.Count;

    /// <summary>Paused, resumed, or another number waits.</summary>
    public event Action? Changed;

    public void Pause(long revision)
    {
        Revision = revision;
        Changed?.Invoke();
    }

    /// <summary>Everything that waits is shown.</summary>
    public void Resume()
    {
        if (!IsPaused)
            return;
        Revision = null;
        _waiting.Clear();
        Changed?.Invoke();
    }

    /// <param name="objects">Names of what changed.</param>
    public void Hold(IEnumerable<string> objects)
    {
        var before = _waiting.Count;
        _waiting.UnionWith(objects);
        if (_waiting.Count != before)
            Changed?.Invoke();
    }
}

using System.Collections.Concurrent;

namespace Ccm.Engine.Control;

/// <summary>Lab sources at hand: they never change. Past a bound all are forgotten and read again as they are needed.</summary>
internal sealed class LabTexts
{
    /// <summary>Characters; some hundred labs of usual size, or sixteen of the largest.</summary>
    private const int Most = 32 * 1024 * 1024;

    private readonly ConcurrentDictionary<(string, string), string> _labs = new();
    private int _length;

    public string? Find(string name, string version) => _labs.GetValueOrDefault((name, version));

    public void Keep(string name, string version, string lab)
    {
        if (!_labs.TryAdd((name, version), lab) || Interlocked.Add(ref _length, lab.Length) <= Most)
            return;
        _labs.Clear();
        Volatile.Write(ref _length, 0);
    }
}

namespace Ccm.Portal.Live;

/// <summary>
/// How long a page lets changes gather before it paints again: half a frame, or four times what painting usually takes where that is longer.
/// A page alone follows a hundred changes a second; hundreds of pages on a busy machine paint less often each, so that it has time left
/// for whoever clicks.
/// </summary>
internal sealed class Pace
{
    private const int Share = 4;
    public static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(8);
    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(250);
    private TimeSpan _usual;

    /// <param name="took">From the wish to paint until it was done, the wait for a processor included.</param>
    /// <returns>How long to wait.</returns>
    public TimeSpan After(TimeSpan took)
    {
        // One slow painting, as while memory is collected, is not yet the usual.
        _usual = ((_usual * 3) + took) / 4;
        var pause = _usual * Share;
        return pause < Shortest ? Shortest : pause > Longest ? Longest : pause;
    }
}

using Ccm.Bench.Measuring;

namespace Ccm.Bench.MainJob;

/// <summary>One figure of the main job.</summary>
/// <param name="Name">As in the JSON line, with its unit.</param>
/// <param name="Goal">At most; null when none is set.</param>
internal sealed record Figure(string Name, string What, double Value, double? Goal = null)
{
    public bool? GoalMet => Goal is { } goal ? Value <= goal : null;

    public static IEnumerable<Figure> OfTimes(string name, string what, Sample times, double? medianGoal = null, double? p95Goal = null) =>
    [
        new($"{name}Median", $"{what}, median of {times.Count}", times.Median, medianGoal),
        new($"{name}P95", $"{what}, p95", times.At(0.95), p95Goal),
    ];
}

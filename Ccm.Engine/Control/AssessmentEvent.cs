using Ccm.Engine.Domain;

namespace Ccm.Engine.Control;

/// <summary>What an assessment platform tells of an instance.</summary>
/// <param name="Source">With <paramref name="Id"/> it names the event: told again, it changes nothing.</param>
public abstract record AssessmentEvent(string Source, string Id, string InstanceId)
{
    /// <summary>The CloudEvents type.</summary>
    public abstract string Type { get; }

    /// <summary>The one state in which it means something.</summary>
    public abstract InstanceState Expects { get; }

    /// <summary>Its evidence is gathered, so that the lab is no longer needed for it.</summary>
    public sealed record CollectionCompleted(string Source, string Id, string InstanceId) : AssessmentEvent(Source, Id, InstanceId)
    {
        public override string Type => EventTypes.CollectionCompleted;

        public override InstanceState Expects => InstanceState.Collecting;
    }

    /// <param name="MaxScore">Null when the platform does not say.</param>
    /// <param name="Passed">Null when the platform does not say.</param>
    public sealed record GradingCompleted(string Source, string Id, string InstanceId, decimal Score, decimal? MaxScore, bool? Passed) : AssessmentEvent(Source, Id, InstanceId)
    {
        public override string Type => EventTypes.GradingCompleted;

        public override InstanceState Expects => InstanceState.Grading;
    }
}

/// <summary>What a score must be like.</summary>
internal static class ScoreRules
{
    public const decimal Most = 1_000_000;

    /// <exception cref="RefusedException">Every field that is wrong, at once, as the event names it.</exception>
    public static void Check(AssessmentEvent.GradingCompleted graded)
    {
        var problems = new List<Problem>();
        if (graded.Score is < 0 or > Most)
            problems.Add(new Problem("data.score", $"A score of {graded.Score} cannot be.", $"Give 0 to {Most}."));
        if (graded.MaxScore is <= 0 or > Most)
            problems.Add(new Problem("data.maxScore", $"{graded.MaxScore} cannot be the most that can be had.", $"Give more than 0 and up to {Most}, or leave it out."));
        else if (graded.Score > graded.MaxScore)
            problems.Add(new Problem("data.score", $"A score of {graded.Score} is more than the {graded.MaxScore} that can be had.", "Give at most data.maxScore."));
        if (problems.Count > 0)
            throw new RefusedException(RefusalKind.Invalid, [.. problems]);
    }
}

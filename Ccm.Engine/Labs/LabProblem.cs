using System.Collections.Immutable;

namespace Ccm.Engine.Labs;

/// <summary>What is wrong with a lab file.</summary>
/// <param name="Line">From 1; null when it is about the whole file.</param>
/// <param name="Path">Where in the topology, as <c>nodes[3].id</c>.</param>
/// <param name="Fix">What would be right.</param>
public sealed record LabProblem(int? Line, string? Path, string Reason, string Fix);

/// <summary>A file that is no usable lab topology, with all that was found wrong, up to 20.</summary>
public sealed class LabRefusedException(params ImmutableArray<LabProblem> problems)
    : Exception(string.Join(" ", problems.Select(problem => $"{(problem.Line is { } line ? $"Line {line}: " : "")}{problem.Reason} {problem.Fix}")))
{
    public ImmutableArray<LabProblem> Problems { get; } = problems;
}

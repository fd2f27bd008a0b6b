using System.Collections.Immutable;
using System.Globalization;
using Ccm.Engine.Control;

namespace Ccm.Portal.Components.Shared.Forms;

/// <summary>Reads what was typed. What is no number becomes a problem of its field, and stays in the form as it is.</summary>
internal sealed class FormReading(IReadOnlyDictionary<string, string> values)
{
    private readonly List<Problem> _problems = [];

    public string Text(string name) => values.GetValueOrDefault(name, "").Trim();

    public string? TextOrNull(string name) => Text(name) is { Length: > 0 } text ? text : null;

    public bool Flag(string name) => values.GetValueOrDefault(name) == "true";

    public int? Whole(string name)
    {
        if (Text(name) is not { Length: > 0 } text)
            return null;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            return number;
        _problems.Add(text.TrimStart('-', '+').All(char.IsAsciiDigit) && text.Any(char.IsAsciiDigit)
            ? new Problem(name, $"'{text}' is too large a number.", "Give a smaller one.") : new Problem(name, $"'{text}' is no whole number.", "Write digits only."));
        return null;
    }

    /// <summary>One that must be given.</summary>
    public int Needed(string name)
    {
        var before = _problems.Count;
        var number = Whole(name);
        if (number is null && _problems.Count == before)
            _problems.Add(new Problem(name, "A number is missing.", "Write digits only."));
        return number ?? 0;
    }

    public decimal NeededDecimal(string name)
    {
        if (decimal.TryParse(Text(name), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            return number;
        _problems.Add(new Problem(name, $"'{Text(name)}' is no amount.", "Write it as in 0.35."));
        return 0;
    }

    /// <summary>What could not be read, and what the server says of the rest.</summary>
    public ImmutableArray<Problem> With(ImmutableArray<Problem> rules) =>
        [.. _problems, .. rules.Where(rule => rule.Field is null || IsRead(rule.Field))];

    /// <summary>Whether nothing was wrong with how it is written.</summary>
    public bool IsRead(string name) => _problems.TrueForAll(problem => problem.Field != name);
}

using System.Collections.Immutable;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;

namespace Ccm.Portal.Components.Shared.Forms;

/// <summary>What is typed into a form, beside what stood there before.</summary>
/// <param name="unchanged">All of its fields, by name.</param>
/// <param name="isNew">What is wrong with fields of something new is told once somebody came to them; of anything else at once.</param>
internal sealed class TypedForm(Dictionary<string, string> unchanged, bool isNew)
{
    private readonly HashSet<string> _touched = new(StringComparer.Ordinal);

    public Dictionary<string, string> Values { get; } = new(unchanged, StringComparer.Ordinal);

    public Dictionary<string, string> Unchanged { get; private set; } = unchanged;

    /// <summary>What is wrong with what is typed.</summary>
    public ImmutableArray<Problem> Problems { get; set; } = [];

    /// <summary>Saving was tried: nothing that is wrong is held back any more.</summary>
    public bool Tried { get; set; }

    public bool IsChanged => Changes.Any();

    public IEnumerable<KeyValuePair<string, string>> Changes => Values.Where(typed => Unchanged[typed.Key] != typed.Value);

    /// <summary>Of <see cref="Problems"/>, those that are told now.</summary>
    public ImmutableArray<Problem> Shown => [.. Problems.Where(problem => Tried || !isNew || problem.Field is null || _touched.Contains(problem.Field))];

    /// <summary>Which are wrong, as their labels say and in the order of the form.</summary>
    /// <param name="fields">All that have a label.</param>
    public string Wrong(IEnumerable<FormField> fields)
    {
        var wrong = Problems.Select(problem => problem.Field).Distinct().ToList();
        var labelled = fields.Where(field => wrong.Contains(field.Name)).ToList();
        var names = labelled.Select(field => field.Label).Concat(wrong.OfType<string>().Except(labelled.Select(field => field.Name)));
        return $"{Counted.Of(wrong.Count, "field is", "fields are")} wrong: {string.Join(", ", names)}.";
    }

    public void Set(string field, string value)
    {
        _touched.Add(field);
        Values[field] = value;
    }

    /// <summary>Takes over what was typed elsewhere, as far as there are such fields.</summary>
    public void Take(IEnumerable<KeyValuePair<string, string>> typed)
    {
        foreach (var (field, value) in typed.Where(typed => Values.ContainsKey(typed.Key)))
            Values[field] = value;
    }

    /// <summary>What is typed stays; what it is compared with is another.</summary>
    public void Rebase(Dictionary<string, string> before) => Unchanged = before;
}

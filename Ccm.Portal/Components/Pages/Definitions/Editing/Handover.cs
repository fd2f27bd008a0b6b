namespace Ccm.Portal.Components.Pages.Definitions.Editing;

/// <summary>Work on its way to the editor's page, from the import or from another definition; one for each circuit.</summary>
internal sealed class Handover
{
    private Work? _work;

    /// <param name="Name">A name for it, as far as one is known.</param>
    /// <param name="Values">Fields that were typed already; null: none.</param>
    public sealed record Work(string Yaml, string Name, Dictionary<string, string>? Values = null);

    public void Put(Work work) => _work = work;

    /// <summary>Taken once.</summary>
    public Work? Take()
    {
        var work = _work;
        _work = null;
        return work;
    }
}

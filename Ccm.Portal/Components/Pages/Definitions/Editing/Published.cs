using Ccm.Engine.Domain;

namespace Ccm.Portal.Components.Pages.Definitions.Editing;

/// <summary>A version with its lab file.</summary>
public sealed record Published(LabletDefinition Definition, string Yaml)
{
    /// <summary>Fields that differ in every version and tell nothing.</summary>
    internal static readonly string[] NotShown = ["name", "labSha256", "createdAt", "createdBy", "operationId"];
}

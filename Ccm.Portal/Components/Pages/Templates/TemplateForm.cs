using System.Collections.Immutable;
using System.Globalization;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Shared.Forms;
using Ccm.Portal.Live;

namespace Ccm.Portal.Components.Pages.Templates;

/// <summary>The fields of a worker template as they are typed, by the names that the server's refusals use.</summary>
internal static class TemplateForm
{
    /// <param name="providers">That this process knows.</param>
    public static ImmutableArray<(string Title, ImmutableArray<FormField> Fields)> Groups(IEnumerable<string> providers) =>
    [
        ("What it is",
        [
            new("name", "Name", FieldKind.Text, "Lower case letters, digits and dashes. It never changes."),
            new("description", "Description", FieldKind.Area),
            new("enabled", "The fleet may grow by it", FieldKind.Flag),
            new("provider", "Provider", FieldKind.Choice) { Choices = [.. providers.Order(StringComparer.Ordinal)] },
            new("region", "Region", FieldKind.Text),
            new("instanceType", "Instance type", FieldKind.Text, "The provider's name for such a host."),
        ]),
        ("What a host of it has",
        [
            new("cpuCores", "Cores", FieldKind.Number, "Physical ones."),
            new("cpuOvercommit", "Over-commit", FieldKind.Number, "Virtual cores for each physical one; network images idle."),
            new("memoryGb", "Memory", FieldKind.Number, "Never over-committed.", "GB"),
            new("storageGb", "Storage", FieldKind.Number, Unit: "GB"),
            new("portStart", "First port", FieldKind.Number),
            new("portEnd", "Last port", FieldKind.Number),
        ]),
        ("What it may run",
        [
            new("licenseType", "Licence", FieldKind.Choice, "PERSONAL runs 20 nodes, EVALUATION 5.") { Choices = [.. Enum.GetNames<LicenseType>().Select(name => name.ToUpperInvariant())] },
            new("maxNodes", "Licensed nodes", FieldKind.Number, "Counts under an ENTERPRISE licence."),
            new("cmlVersion", "CML version", FieldKind.Text),
        ]),
        ("How many, how fast, at what cost",
        [
            new("minWorkers", "At least", FieldKind.Number, "Kept even when nothing is to be done.", "workers"),
            new("maxWorkers", "At most", FieldKind.Number, "The fleet grows no further by it.", "workers"),
            new("costPerHour", "Cost of one", FieldKind.Number, "In your currency; the cheapest that fits is made first.", "per hour"),
            new("startupTimeMinutes", "From order to ready", FieldKind.Number, Unit: "minutes"),
            new("restartTimeMinutes", "From stopped to ready", FieldKind.Number, Unit: "minutes"),
            new("drainTimeoutHours", "A drain is overdue after", FieldKind.Number, Unit: "hours"),
        ]),
    ];

    public static Dictionary<string, string> Of(WorkerTemplate template) => new(StringComparer.Ordinal)
    {
        ["name"] = template.Name,
        ["description"] = template.Description,
        ["enabled"] = template.Enabled ? "true" : "false",
        ["provider"] = template.Provider,
        ["region"] = template.Region,
        ["instanceType"] = template.InstanceType,
        ["cpuCores"] = Digits(template.CpuCores),
        ["cpuOvercommit"] = Digits(template.CpuOvercommit),
        ["memoryGb"] = Digits(template.MemoryGb),
        ["storageGb"] = Digits(template.StorageGb),
        ["portStart"] = Digits(template.PortRange.Start),
        ["portEnd"] = Digits(template.PortRange.End),
        ["licenseType"] = template.LicenseType.ToString().ToUpperInvariant(),
        ["maxNodes"] = Digits(template.MaxNodes),
        ["cmlVersion"] = template.CmlVersion,
        ["minWorkers"] = Digits(template.MinWorkers),
        ["maxWorkers"] = Digits(template.MaxWorkers),
        ["costPerHour"] = template.CostPerHour.ToString(CultureInfo.InvariantCulture),
        ["startupTimeMinutes"] = Digits(template.StartupTimeMinutes),
        ["restartTimeMinutes"] = Digits(template.RestartTimeMinutes),
        ["drainTimeoutHours"] = Digits(template.DrainTimeoutHours),
    };

    /// <param name="revision">The one that was edited; 1 for a new one.</param>
    public static (WorkerTemplate Template, ImmutableArray<Problem> Problems) Read(IReadOnlyDictionary<string, string> values, int revision)
    {
        var form = new FormReading(values);
        var template = new WorkerTemplate
        {
            Name = form.Text("name"),
            Revision = revision,
            Description = form.Text("description"),
            Enabled = form.Flag("enabled"),
            Provider = form.Text("provider"),
            Region = form.Text("region"),
            InstanceType = form.Text("instanceType"),
            CpuCores = form.Needed("cpuCores"),
            CpuOvercommit = form.Needed("cpuOvercommit"),
            MemoryGb = form.Needed("memoryGb"),
            StorageGb = form.Needed("storageGb"),
            PortRange = new PortRange(form.Needed("portStart"), form.Needed("portEnd")),
            LicenseType = Words.ValueOf<LicenseType>(form.Text("licenseType")) ?? LicenseType.Personal,
            MaxNodes = form.Needed("maxNodes"),
            CmlVersion = form.Text("cmlVersion"),
            MinWorkers = form.Needed("minWorkers"),
            MaxWorkers = form.Needed("maxWorkers"),
            CostPerHour = form.NeededDecimal("costPerHour"),
            StartupTimeMinutes = form.Needed("startupTimeMinutes"),
            RestartTimeMinutes = form.Needed("restartTimeMinutes"),
            DrainTimeoutHours = form.Needed("drainTimeoutHours"),
        };
        // The range has two fields here: what is wrong with it is wrong with both, once both are numbers.
        string[] range = form.IsRead("portStart") && form.IsRead("portEnd") ? ["portStart", "portEnd"] : [];
        return (template, form.With([.. TemplateRules.Problems(template).SelectMany(problem => problem.Field == "portRange" ? range.Select(field => problem with { Field = field }) : [problem])]));
    }

    private static string Digits(int number) => number.ToString(CultureInfo.InvariantCulture);
}

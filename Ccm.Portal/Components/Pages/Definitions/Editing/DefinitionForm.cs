using System.Collections.Immutable;
using System.Globalization;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Labs;
using Ccm.Portal.Components.Shared.Forms;

namespace Ccm.Portal.Components.Pages.Definitions.Editing;

/// <summary>The fields of a definition as they are typed, by the names that the server's refusals use.</summary>
internal static class DefinitionForm
{
    public const string Derived = "resources";

    public static ImmutableArray<FormField> Publication { get; } =
    [
        new("name", "Name", FieldKind.Text, "Lower case letters, digits and dashes. It never changes."),
        new("version", "Version", FieldKind.Text),
        new("changeNote", "What changed", FieldKind.Area, "For whoever looks at the versions."),
        new("description", "Description", FieldKind.Area, "Empty: the lab's own."),
    ];

    public static ImmutableArray<FormField> Rules { get; } =
    [
        new("maxDurationMinutes", "Longest slot", FieldKind.Number, "What a reservation gets at most, and without a duration.", "minutes"),
        new("warmPoolDepth", "Warm pool", FieldKind.Number, "Instances that stand ready; 0: none.", "instances"),
        new("cmlVersionRange", "CML versions", FieldKind.Text, "Empty: any.", Placeholder: ">=2.7.0 <3.0.0"),
        new("region", "Region", FieldKind.Text, "Empty: anywhere."),
        new("artifactUri", "Artifact address", FieldKind.Text),
        new("gradingRulesUri", "Grading rules address", FieldKind.Text),
        new("ownerNotification", "Owner is told by", FieldKind.Text, "An address or channel."),
    ];

    public static ImmutableArray<FormField> Licences { get; } =
    [
        new("personal", "PERSONAL", FieldKind.Flag), new("evaluation", "EVALUATION", FieldKind.Flag), new("enterprise", "ENTERPRISE", FieldKind.Flag),
    ];

    public static FormField OwnResources { get; } = new("ownResources", "Other amounts than the lab's nodes come to", FieldKind.Flag);

    public static ImmutableArray<FormField> Resources { get; } =
    [
        new("cpuCores", "Cores", FieldKind.Number), new("memoryGb", "Memory", FieldKind.Number, Unit: "GB"), new("storageGb", "Storage", FieldKind.Number, Unit: "GB"),
        new("nestedVirt", "Needs hardware virtualisation inside the host", FieldKind.Flag),
    ];

    /// <summary>In the order of the form.</summary>
    public static IEnumerable<FormField> All => [.. Publication, .. Rules, .. Licences, OwnResources, .. Resources];

    /// <summary>What a request's field is called here.</summary>
    public static string LabelOf(string setting) => setting switch
    {
        Derived => "Resources",
        "licenseAffinity" => "Licences",
        _ => All.First(field => field.Name == setting).Label,
    };

    public static Dictionary<string, string> Empty() => Of(null, null);

    /// <param name="lab">What its lab says, null when it is read no longer: what is the lab's own stands empty.</param>
    public static Dictionary<string, string> Of(LabletDefinition? definition, LabTopology? lab)
    {
        var derived = lab is null ? null : LabEstimate.Of(lab).Resources;
        var own = definition is not null && definition.Resources != derived;
        return new(StringComparer.Ordinal)
        {
            ["name"] = definition?.Name ?? "",
            ["version"] = definition?.Version ?? "1.0.0",
            ["changeNote"] = "",
            ["description"] = definition?.Description is { } text && text != lab?.Description ? text : "",
            ["maxDurationMinutes"] = Digits(definition?.MaxDurationMinutes ?? 240),
            ["warmPoolDepth"] = Digits(definition?.WarmPoolDepth ?? 0),
            ["cmlVersionRange"] = definition?.CmlVersionRange ?? "",
            ["region"] = definition?.Region ?? "",
            ["artifactUri"] = definition?.ArtifactUri ?? "",
            ["gradingRulesUri"] = definition?.GradingRulesUri ?? "",
            ["ownerNotification"] = definition?.OwnerNotification ?? "",
            ["personal"] = Word(definition?.LicenseAffinity.Contains(LicenseType.Personal)),
            ["evaluation"] = Word(definition?.LicenseAffinity.Contains(LicenseType.Evaluation)),
            ["enterprise"] = Word(definition?.LicenseAffinity.Contains(LicenseType.Enterprise)),
            ["ownResources"] = Word(own),
            ["cpuCores"] = own ? Digits(definition!.Resources.CpuCores) : "",
            ["memoryGb"] = own ? Digits(definition!.Resources.MemoryGb) : "",
            ["storageGb"] = own ? Digits(definition!.Resources.StorageGb) : "",
            ["nestedVirt"] = Word(own && definition!.Resources.NestedVirt),
        };
    }

    /// <summary>What would be published, and what is wrong with it, the lab aside.</summary>
    /// <param name="basedOn">The version that the work is made from; empty: none.</param>
    public static (PublishRequest Request, ImmutableArray<Problem> Problems) Read(IReadOnlyDictionary<string, string> values, string labYaml, string basedOn)
    {
        var form = new FormReading(values);
        var request = new PublishRequest
        {
            Name = form.Text("name"),
            Version = form.Text("version"),
            LabYaml = labYaml,
            BasedOn = basedOn,
            Description = form.TextOrNull("description"),
            ChangeNote = form.TextOrNull("changeNote"),
            MaxDurationMinutes = form.Whole("maxDurationMinutes"),
            WarmPoolDepth = form.Whole("warmPoolDepth"),
            CmlVersionRange = form.TextOrNull("cmlVersionRange"),
            Region = form.TextOrNull("region"),
            ArtifactUri = form.TextOrNull("artifactUri"),
            GradingRulesUri = form.TextOrNull("gradingRulesUri"),
            OwnerNotification = form.TextOrNull("ownerNotification"),
            LicenseAffinity = [.. Enum.GetValues<LicenseType>().Where(license => form.Flag(license.ToString().ToLowerInvariant()))],
            Resources = form.Flag("ownResources") ? new LabResources(form.Needed("cpuCores"), form.Needed("memoryGb"), form.Needed("storageGb"), form.Flag("nestedVirt")) : null,
        };
        return (request, form.With(DefinitionRules.Problems(request)));
    }

    private static string Digits(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Word(bool? flag) => flag == true ? "true" : "false";
}

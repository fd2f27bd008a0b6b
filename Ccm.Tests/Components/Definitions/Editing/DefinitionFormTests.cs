using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Labs;
using Ccm.Portal.Components.Pages.Definitions.Editing;

namespace Ccm.Tests.Components.Definitions.Editing;

public sealed class DefinitionFormTests
{
    private static readonly string Yaml = LabText.TwoRouters("two");

    private static readonly PublishRequest Whole = new()
    {
        Name = "ospf",
        Version = "1.2.0",
        LabYaml = Yaml,
        BasedOn = "1.1.0",
        Description = "Mine.",
        Resources = new LabResources(9, 8, 7, true),
        CmlVersionRange = ">=2.7.0",
        Region = "eu-1",
        LicenseAffinity = [LicenseType.Personal, LicenseType.Enterprise],
        MaxDurationMinutes = 90,
        WarmPoolDepth = 2,
        ArtifactUri = "https://a.test/x",
        GradingRulesUri = "https://a.test/y",
        OwnerNotification = "#labs",
    };

    /// <summary>What is published can be taken into the form and published again as it was.</summary>
    [Fact]
    public void Read_WhatOfMade_IsTheSameDefinition()
    {
        foreach (var request in new[] { Whole, Whole with { Resources = null, Description = null, LicenseAffinity = [] } })
        {
            var definition = ControlPlane.Preview(request);

            var (read, problems) = DefinitionForm.Read(DefinitionForm.Of(definition, LabFile.Parse(Yaml)), Yaml, "1.1.0");

            Assert.Empty(problems);
            Assert.Equal(DomainJson.Write(definition), DomainJson.Write(ControlPlane.Preview(read)));
            Assert.Equal(request.Resources, read.Resources);
        }
    }

    [Fact]
    public void Read_WhatIsNoNumber_IsAProblemOfItsField()
    {
        var values = DefinitionForm.Of(ControlPlane.Preview(Whole), LabFile.Parse(Yaml));
        (values["maxDurationMinutes"], values["cpuCores"], values["warmPoolDepth"], values["version"]) = ("long", "", "101", "1");

        var problems = DefinitionForm.Read(values, Yaml, "").Problems;

        Assert.Equal(["maxDurationMinutes", "cpuCores", "version", "warmPoolDepth"], problems.Select(problem => problem.Field));
        Assert.Contains("'long' is no whole number", problems[0].Reason, StringComparison.Ordinal);
    }
}

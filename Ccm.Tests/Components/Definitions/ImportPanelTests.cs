using System.Text;
using Bunit;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Pages.Definitions;
using Ccm.Portal.Components.Pages.Definitions.Editing;
using Ccm.Tests.Components.Definitions.Editing;
using Ccm.Tests.Domain;
using Microsoft.AspNetCore.Components.Forms;
using TestContext = Xunit.TestContext;

namespace Ccm.Tests.Components.Definitions;

public sealed class ImportPanelTests
{
    [Theory]
    [InlineData("nodes: [\n", "/definitions/new")]
    [InlineData("lab:\n  title: ospf\nnodes: []\n", "/definitions/ospf/edit")]
    public async Task OpenInTheEditor_WholeOrBroken_TakesTheTextAlong(string text, string address)
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);
        await portal.PublishAsync("ospf");
        _ = new EditorInBrowser(portal);
        var panel = Choose(portal.Open<ImportPanel>(), text);

        panel.Find("[data-test=open-editor]").Click();

        Assert.EndsWith(address, portal.Navigation.Uri, StringComparison.Ordinal);
        var page = portal.Open<EditDefinitionPage>(address, parameters => parameters.Add(p => p.Name, address.EndsWith("new", StringComparison.Ordinal) ? null : "ospf"));
        PortalContext.Shows(page, () => Assert.Equal(text, page.FindComponent<LabEditor>().Instance.Text));
        PortalContext.Shows(page, () => Assert.NotEmpty(page.FindAll("[data-test=start-over]")));
    }

    [Fact]
    public async Task Choose_GoodFile_ShowsWhatIsDerivedAndThePicture()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);

        var panel = Choose(portal.Open<ImportPanel>(), LabText.TwoRouters("'OSPF: basics & more'"));

        var derived = panel.FindAll("[data-test=derived] dd").Select(fact => fact.TextContent).ToList();
        Assert.Equal("OSPF: basics & more", derived[0]);
        Assert.Equal("3, 2 of them licensed; 1 link", derived[1]);
        Assert.StartsWith("4 cores, 4 GB memory", derived[2], StringComparison.Ordinal);
        Assert.Equal("2: r1_serial, r2_serial", derived[3]);
        Assert.Equal(("ospf-basics-more", "1.0.0"), Typed(panel));
        Assert.Equal(3, panel.FindAll(".ccm-topology circle").Count);
    }

    [Fact]
    public async Task Publish_WithARegion_KeepsItAndWarnsWhereNothingIs()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);
        await portal.AddTemplateAsync(Sample.Template() with { Region = "east" });
        var panel = Choose(portal.Open<ImportPanel>(), LabText.TwoRouters("anchored"));

        panel.Find("#lab-region").Change("esat");
        Assert.Contains("There are east", panel.Find("[data-test=region-unknown]").TextContent, StringComparison.Ordinal);
        panel.Find("#lab-region").Change("east");
        Assert.Empty(panel.FindAll("[data-test=region-unknown]"));
        await panel.Find("[data-test=publish]").ClickAsync();

        Assert.Equal("east", (await portal.Control.ReadDefinitionAsync("anchored", "1.0.0", TestContext.Current.CancellationToken)).Region);
    }

    [Theory]
    [InlineData("lab: [unclosed", "Line 2: The file is not valid YAML")]
    [InlineData("just text", "no CML topology")]
    [InlineData("lab: {title: x}\n", "'nodes' is missing")]
    [InlineData("", "The file is empty")]
    [InlineData("lab: {title: x}\nnodes:\n  - id: n0\n    label: a\n", "node definition")]
    public async Task Choose_BadFile_SaysWhatIsWrongAndOffersNothing(string text, string problem)
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);

        var panel = Choose(portal.Open<ImportPanel>(), text);

        Assert.Contains(problem, string.Join(' ', panel.FindAll("[data-test=problem]").Select(alert => alert.TextContent)), StringComparison.Ordinal);
        Assert.True(panel.Find("[data-test=publish]").HasAttribute("disabled"));
    }

    [Fact]
    public async Task Choose_TooLarge_IsRefusedUnread()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);

        var panel = Choose(portal.Open<ImportPanel>(), Encoding.UTF8.GetBytes("# " + new string('x', 2 * 1024 * 1024)));

        Assert.Contains("a lab file has at most 2 MB", Problem(panel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Choose_NoUtf8_SaysSo()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);

        var panel = Choose(portal.Open<ImportPanel>(), [0x6C, 0x61, 0x62, 0x3A, 0x20, 0xFF, 0xFE, 0xC3, 0x28]);

        Assert.Contains("could not be read as UTF-8", Problem(panel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Choose_BadFileAfterTyping_KeepsWhatWasTyped()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);
        var panel = Choose(portal.Open<ImportPanel>(), LabText.TwoRouters("first"));
        panel.Find("[data-test=lab-name]").Change("my-own");
        panel.Find("[data-test=lab-version]").Change("7.0.0");
        panel.Find("#lab-minutes").Change("30");

        Choose(panel, "just text");

        Assert.Equal(("my-own", "7.0.0"), Typed(panel));
        Assert.NotEmpty(Problem(panel));

        Choose(panel, LabText.TwoRouters("second"));

        Assert.Equal(("my-own", "7.0.0"), Typed(panel));
        Assert.Equal("30", panel.Find("#lab-minutes").GetAttribute("value"));
        Assert.False(panel.Find("[data-test=publish]").HasAttribute("disabled"));
    }

    [Fact]
    public async Task Choose_AnotherFileUntyped_SuggestsAnew()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);
        var panel = Choose(portal.Open<ImportPanel>(), LabText.TwoRouters("first"));

        Choose(panel, LabText.TwoRouters("second"));

        Assert.Equal(("second", "1.0.0"), Typed(panel));
    }

    [Fact]
    public async Task Choose_NoFileAtAll_ChangesNothing()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);
        var panel = Choose(portal.Open<ImportPanel>(), LabText.TwoRouters("first"));

        await panel.InvokeAsync(() => panel.FindComponent<InputFile>().Instance.OnChange.InvokeAsync(new InputFileChangeEventArgs([])));

        Assert.Equal(("first", "1.0.0"), Typed(panel));
    }

    [Theory]
    [InlineData("'<script>alert(1)</script>'", "script-alert-1-script")]
    [InlineData("'נתב 🧪'", "lab")]
    [InlineData("'../../etc/passwd'", "etc-passwd")]
    [InlineData("''", "a-file")]
    public async Task Choose_HostileTitle_IsTextAndMakesAValidName(string title, string name)
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);

        var panel = Choose(portal.Open<ImportPanel>(), LabText.TwoRouters(title));

        Assert.Empty(panel.FindAll("script"));
        Assert.Equal((name, "1.0.0"), Typed(panel));
    }

    [Fact]
    public async Task Choose_EndlessTitle_IsRefusedWithoutBeingRepeated()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);

        var panel = Choose(portal.Open<ImportPanel>(), LabText.TwoRouters(new string('t', 100_000)));

        Assert.Contains("The title has 100000 characters.", Problem(panel), StringComparison.Ordinal);
        Assert.InRange(panel.Markup.Length, 1, 30_000);
    }

    [Fact]
    public async Task Choose_LongestTitle_IsCutInTheDocumentAndInTheName()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);

        var panel = Choose(portal.Open<ImportPanel>(), LabText.TwoRouters(new string('t', 1_000)));

        Assert.Equal(201, panel.Find("[data-test=derived] dd").TextContent.Length);
        Assert.Equal(63, Typed(panel).Name!.Length);
    }

    [Fact]
    public async Task Suggest_NamePublishedAlready_GivesTheNextVersion()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);
        await portal.PublishAsync("ospf", "1.4.2");

        var panel = Choose(portal.Open<ImportPanel>(), LabText.TwoRouters("OSPF"));
        Assert.Equal(("ospf", "1.5.0"), Typed(panel));

        panel.Find("[data-test=lab-name]").Change("other");
        Assert.Equal(("other", "1.0.0"), Typed(panel));

        panel.Find("[data-test=lab-version]").Change("3.0.0");
        panel.Find("[data-test=lab-name]").Change("ospf");
        Assert.Equal(("ospf", "3.0.0"), Typed(panel));
    }

    [Fact]
    public async Task Choose_LabOfADefinitionWithSettings_NamesThoseThatPublishingWouldChange()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);
        await portal.Control.PublishAsync(PortalContext.Admin, Operation.New(), new PublishRequest { Name = "ospf", Version = "1.0.0", LabYaml = LabText.TwoRouters("ospf"), WarmPoolDepth = 2, LicenseAffinity = [LicenseType.Personal] }, TestContext.Current.CancellationToken);

        var panel = Choose(portal.Open<ImportPanel>(), LabText.TwoRouters("ospf").Replace("label: R2", "label: R9", StringComparison.Ordinal));

        PortalContext.Shows(panel, () => Assert.Contains("other settings than ospf 1.0.0: Licences, Warm pool.", panel.Find("[data-test=other-settings]").TextContent, StringComparison.Ordinal));
        panel.Find("[data-test=lab-name]").Change("other");
        Assert.Empty(panel.FindAll("[data-test=other-settings]"));
    }

    [Fact]
    public async Task Choose_WhatIsPublishedAlready_SaysSoUntilSomethingDiffers()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);
        await portal.PublishAsync("ospf");

        var panel = Choose(portal.Open<ImportPanel>(), LabText.TwoRouters("ospf"));

        PortalContext.Shows(panel, () => Assert.Contains("the same as in ospf 1.0.0", panel.Find("[data-test=same]").TextContent, StringComparison.Ordinal));
        panel.Find("#lab-minutes").Change("30");
        Assert.Empty(panel.FindAll("[data-test=same]"));
        Assert.Contains("Longest slot", panel.Find("[data-test=other-settings]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_GoodFile_IsPublishedAndTold()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);
        string? told = null;
        var panel = Choose(portal.Open<ImportPanel>(parameters: p => p.Add(x => x.OnPublished, name => told = name)), LabText.TwoRouters("ospf"));

        await panel.Find("[data-test=publish]").ClickAsync();

        Assert.Equal("ospf", told);
        Assert.Equal("1.0.0", portal.Cache.Current.Definitions["ospf"].Value.Latest);
        Assert.Empty(panel.FindAll("[data-test=import]"));
    }

    [Theory]
    [InlineData("ospf", "1.0.0", "version: Version 1.0.0 of 'ospf' is published already")]
    [InlineData("ospf", "0.9.0", "version: Version 0.9.0 does not follow 1.0.0")]
    [InlineData("ospf", "new", "version: 'new' is no semantic version.")]
    [InlineData("Not A Name", "1.0.0", "name: 'Not A Name' is no valid name.")]
    [InlineData("<img src=x>", "1.0.0", "name: '<img src=x>' is no valid name.")]
    [InlineData("", "", "name: A name is missing.")]
    public async Task Publish_Refused_NamesTheFieldAndKeepsWhatWasTyped(string name, string version, string problem)
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);
        await portal.PublishAsync("ospf");
        var panel = Choose(portal.Open<ImportPanel>(), LabText.TwoRouters("another"));
        panel.Find("[data-test=lab-name]").Change(name);
        panel.Find("[data-test=lab-version]").Change(version);

        await panel.Find("[data-test=publish]").ClickAsync();

        Assert.StartsWith(problem, Problem(panel), StringComparison.Ordinal);
        Assert.Equal((name, version), Typed(panel));
        Assert.Empty(panel.FindAll("img"));
        Assert.Equal(3, panel.FindAll(".ccm-topology circle").Count);
    }

    [Fact]
    public async Task Publish_DocumentsAway_SaysSoAndWorksOnceTheyAreBack()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);
        var panel = Choose(portal.Open<ImportPanel>(), LabText.TwoRouters("ospf"));
        portal.TakeDocumentsAway();

        await panel.Find("[data-test=publish]").ClickAsync();
        Assert.Contains("The document store does not answer", Problem(panel), StringComparison.Ordinal);

        portal.TakeDocumentsAway(false);
        await panel.Find("[data-test=publish]").ClickAsync();
        Assert.Equal("1.0.0", portal.Cache.Current.Definitions["ospf"].Value.Latest);
    }

    [Fact]
    public async Task Publish_FaultOfTheStore_KeepsTheFileAndTellsNoInside()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);
        var panel = Choose(portal.Open<ImportPanel>(), LabText.TwoRouters("ospf"));
        portal.Store.CommitFault = new InvalidOperationException("secret inside");

        await panel.Find("[data-test=publish]").ClickAsync();

        Assert.Contains("is not known", Problem(panel), StringComparison.Ordinal);
        Assert.DoesNotContain("secret inside", panel.Markup, StringComparison.Ordinal);
        Assert.Equal(("ospf", "1.0.0"), Typed(panel));
    }

    private static IRenderedComponent<ImportPanel> Choose(IRenderedComponent<ImportPanel> panel, string text) => Choose(panel, Encoding.UTF8.GetBytes(text));

    private static IRenderedComponent<ImportPanel> Choose(IRenderedComponent<ImportPanel> panel, byte[] bytes)
    {
        panel.FindComponent<InputFile>().UploadFiles(InputFileContent.CreateFromBinary(bytes, "a-file.yaml"));
        PortalContext.Shows(panel, () => Assert.NotNull(panel.Find("[data-test=import]")));
        return panel;
    }

    private static (string? Name, string? Version) Typed(IRenderedComponent<ImportPanel> panel) =>
        (panel.Find("[data-test=lab-name]").GetAttribute("value") ?? "", panel.Find("[data-test=lab-version]").GetAttribute("value") ?? "");

    private static string Problem(IRenderedComponent<ImportPanel> panel) => panel.Find("[data-test=problem]").TextContent.Trim();
}

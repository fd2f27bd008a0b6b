using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Tests.Api;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Ccm.Tests.Browser;

/// <summary>Somebody loses a role while pages of theirs are open, half way through something: each page says so, keeps what was typed, and offers nothing that would be refused.</summary>
public sealed class RoleLostTests(PortalInBrowser browser, PortalInProcess portal) : BrowserTest(browser), IClassFixture<PortalInProcess>
{
    private const string Name = "lost-in-mid-edit";

    [Fact]
    public async Task AdminBecomesViewerInMidEdit_PagesSaySoAndLoseNothing()
    {
        await portal.BeginAsync();
        await MakeAsync();
        var editor = await SignInAsync(portal.Address, "admin", $"/definitions/{Name}/edit");
        var (template, reserve, confirm) = (await NewPageAsync(editor.Context), await NewPageAsync(editor.Context), await NewPageAsync(editor.Context));
        await editor.Locator(".monaco-editor textarea").First.FocusAsync();
        await editor.Keyboard.PressAsync("Control+End");
        await editor.Keyboard.TypeAsync("# mine");
        await editor.Locator("[name=changeNote]").FillAsync("half a thought");
        await Expect(editor.Locator("[data-test=kept]")).ToHaveTextAsync("Unsaved, kept in this browser");
        await GoAsync(template, $"/templates/{Name}");
        await template.Locator("[name=description]").FillAsync("half a thought");
        await template.Locator("[name=region]").FocusAsync();
        await Expect(template.Locator("[data-test=discard]")).ToBeVisibleAsync();
        await GoAsync(reserve, "/instances");
        await reserve.Locator("[data-test=reserve]").ClickAsync();
        await reserve.Locator("[data-test=reserve-definition]").SelectOptionAsync(Name);
        await Expect(reserve.Locator("[data-test=reserve-confirm]")).ToBeEnabledAsync();
        await GoAsync(confirm, $"/templates/{Name}");
        await confirm.Locator("[data-test=delete]").ClickAsync();
        await confirm.GetByLabel($"Type {Name} to confirm").FillAsync(Name);

        await portal.GiveRolesAsync("admin", Role.Viewer);

        await Expect(editor.Locator("[data-test=who]")).ToContainTextAsync("viewer");
        await Expect(editor.Locator("[data-test=role-lost]")).ToContainTextAsync("What you wrote is still here");
        await Expect(editor.Locator("[data-test=publish]")).ToBeDisabledAsync();
        await Expect(editor.Locator("[name=changeNote]")).ToHaveValueAsync("half a thought");
        await Expect(editor.Locator("[data-test=changes] td.added")).ToHaveTextAsync("+ # mine");

        await Expect(template.Locator("[data-test=role-lost]")).ToContainTextAsync("What you typed is still here");
        await Expect(template.Locator("[name=description]")).ToHaveValueAsync("half a thought");
        await Expect(template.Locator("[data-test=save], [data-test=delete]")).ToHaveCountAsync(0);

        await reserve.Locator("[data-test=reserve-confirm]").ClickAsync();
        await Expect(reserve.Locator("[data-test=problem]")).ToContainTextAsync("may not");
        await confirm.Locator("[data-test=confirm]").ClickAsync();
        await Expect(confirm.Locator(".mud-snackbar")).ToContainTextAsync("may not");
        foreach (var page in new[] { editor, template, reserve, confirm })
        {
            await Expect(page.Locator("[data-test=read-only]")).ToBeVisibleAsync();
            await ExpectSoundAsync(page);
        }

        // Whoever gets it back goes on where they were.
        await portal.GiveRolesAsync("admin", Role.Admin);
        await Expect(editor.Locator("[data-test=role-lost]")).ToHaveCountAsync(0);
        await template.Locator("[data-test=save]").ClickAsync();
        await Expect(template.Locator("h1")).ToContainTextAsync("revision 2");
        await editor.Locator("[data-test=publish]").ClickAsync();
        await Expect(editor.Locator("h1")).ToHaveTextAsync($"{Name} 1.1.0");
    }

    /// <summary>Without any role there is nothing to see: the page closes by itself, and whoever comes back is told why.</summary>
    [Fact]
    public async Task OperatorLosesEveryRole_PageClosesAndTheNextSaysWhy()
    {
        await portal.BeginAsync();
        var page = await SignInAsync(portal.Address, "operator", "/workers");
        await portal.GiveRolesAsync("operator");

        await page.WaitForURLAsync(url => url.Contains("/account/sign-in?returnUrl=%2Fworkers", StringComparison.Ordinal));
        await page.GotoAsync("/instances");
        await Expect(page.Locator("h1")).ToHaveTextAsync("No access");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("you have no role here");
    }

    private async Task MakeAsync()
    {
        var control = portal.Services.GetRequiredService<ControlPlane>();
        var admin = new Actor("maker", "maker", [Role.Admin]);
        await control.CreateTemplateAsync(admin, Operation.New(), new WorkerTemplate { Name = Name, Enabled = false, Provider = "simulated", Region = "local", CmlVersion = "2.8.1", LicenseType = LicenseType.Evaluation, CpuCores = 4, MemoryGb = 16, StorageGb = 100 }, TestContext.Current.CancellationToken);
        await control.PublishAsync(admin, Operation.New(), new PublishRequest { Name = Name, Version = "1.0.0", LabYaml = Answers.Lab }, TestContext.Current.CancellationToken);
    }
}

using System.Net.Http.Json;
using Ccm.Tests.Api;
using Ccm.Tests.Components;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Ccm.Tests.Browser;

/// <summary>Definitions and templates as they are edited: with a real editor, in a real browser.</summary>
public sealed class EditingStory(PortalInBrowser browser) : BrowserTest(browser)
{
    [Fact]
    public async Task Editor_Typing_CompletesExplainsAndMarksAndTheDraftSurvivesAReload()
    {
        await PublishAsync("edit-one", "1.0.0", LabText.TwoRouters("one"));
        var page = await SignInAsync("admin", "/definitions/edit-one/edit");
        page.Dialog += async (_, dialog) => await dialog.AcceptAsync();
        await WriteAtEndAsync(page, "smart");
        // The answer comes from the server: Monaco itself knows nothing of lab files.
        var suggestion = page.Locator(".suggest-widget .monaco-list-row").First;
        await Expect(suggestion).ToContainTextAsync("smart_annotations");
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.TypeAsync("tga: x");
        await Expect(page.Locator("[data-test=remarks]")).ToContainTextAsync("no key 'tga' in smart_annotations[]. Did you mean 'tag'?");
        await Expect(page.Locator(".monaco-editor .squiggly-warning")).ToHaveCountAsync(1);

        await page.Keyboard.PressAsync("Control+Home");
        await page.Keyboard.PressAsync("Control+k");
        await page.Keyboard.PressAsync("Control+i");
        await Expect(page.Locator(".monaco-hover-content")).ToContainTextAsync("The lab as a whole");

        await page.Locator("[name=changeNote]").FillAsync("half a thought");
        await Expect(page.Locator("[data-test=kept]")).ToHaveTextAsync("Unsaved, kept in this browser");
        await page.WaitForFunctionAsync("() => Object.values(localStorage).some(draft => draft.includes('half a thought') && draft.includes('tga'))");
        await page.ReloadAsync();
        await page.Locator("[data-test=resume]").ClickAsync();
        await Expect(page.Locator("[name=changeNote]")).ToHaveValueAsync("half a thought");
        await Expect(page.Locator("[data-test=remarks]")).ToContainTextAsync("no key 'tga'");
    }

    [Fact]
    public async Task Publish_OnTopOfAnother_ShowsBothSidesAndThenTheDifference()
    {
        await PublishAsync("edit-two", "1.0.0", LabText.TwoRouters("base"));
        var page = await SignInAsync("admin", "/definitions/edit-two/edit");
        await WriteAtEndAsync(page, "annotations: []");
        await Expect(page.Locator("[data-test=changes] td.added")).ToHaveTextAsync("+ annotations: []");

        await PublishAsync("edit-two", "1.1.0", LabText.TwoRouters("theirs"));
        await Expect(page.Locator("[data-test=conflict] h2")).ToContainTextAsync("1.1.0 was published while you edited 1.0.0");
        await Expect(page.Locator("[data-test=conflict] td.added").First).ToContainTextAsync("title: theirs");
        await page.Locator("[data-test=keep-mine]").ClickAsync();
        await page.Locator("[data-test=publish]").ClickAsync();

        await page.WaitForURLAsync(url => url.EndsWith("/definitions/edit-two", StringComparison.Ordinal));
        await Expect(page.Locator("h1")).ToHaveTextAsync("edit-two 1.2.0");
        await page.GetByRole(AriaRole.Link, new() { Name = "Compare 1.1.0 with 1.2.0" }).ClickAsync();
        await Expect(page.Locator("[data-test=compare] td.added").First).ToContainTextAsync("title: base");
        await Expect(page.Locator("#compare")).ToBeFocusedAsync();
        await Expect(page.Locator("#compare")).ToBeInViewportAsync();
        await Expect(page.Locator("[data-test=compare] [data-test=diff-sum]")).ToBeInViewportAsync();
        Assert.Equal(0, await page.EvaluateAsync<int>("() => localStorage.length"));
    }

    /// <summary>Typed and published in one breath: nothing of it has arrived when Publish is pressed.</summary>
    [Fact]
    public async Task Publish_RightAfterTyping_PublishesWhatIsShown()
    {
        await PublishAsync("edit-late", "1.0.0", LabText.TwoRouters("late"));
        var page = await SignInAsync("admin", "/definitions/edit-late/edit");
        await WriteAtEndAsync(page, "# early");
        await Expect(page.Locator("[data-test=changes] td.added")).ToHaveTextAsync("+ # early");

        await page.EvaluateAsync("""
            () => {
                for (const letter of ' late') window.monaco.editor.getEditors()[0].trigger('keyboard', 'type', { text: letter });
                document.querySelector('[data-test=publish]').click();
            }
            """);

        await page.WaitForURLAsync(url => url.EndsWith("/definitions/edit-late", StringComparison.Ordinal));
        var lab = await Browser.Portal.Client.GetStringAsync("/api/v1/definitions/edit-late/versions/1.1.0/lab", TestContext.Current.CancellationToken);
        Assert.EndsWith("# early late", lab, StringComparison.Ordinal);
    }

    /// <summary>A file of the size that people have, and a paste that nobody should try.</summary>
    [Fact]
    public async Task Paste_TooLarge_IsRefusedKindlyAndLosesNothing()
    {
        await PublishAsync("edit-three", "1.0.0", LabText.TwoRouters("three"));
        var page = await SignInAsync("admin", "/definitions/edit-three/edit");
        await WriteAtEndAsync(page, "# mine");
        await PasteAsync(page, "\n# " + new string('x', 40_000));
        await Expect(page.Locator("[data-test=diff-sum]")).ToContainTextAsync("+2");

        await PasteAsync(page, new string('y', 2 * 1024 * 1024));

        await Expect(page.Locator("[data-test=notice]")).ToContainTextAsync("Nothing was pasted, and nothing is lost");
        await Expect(page.Locator("[data-test=diff-sum]")).ToContainTextAsync("+2");
        // Tab indents until somebody says otherwise; then the editor lets go.
        await page.Keyboard.PressAsync("Control+m");
        await page.Keyboard.PressAsync("Tab");
        Assert.False(await page.EvaluateAsync<bool>("() => document.activeElement.closest('.monaco-editor') !== null"));
    }

    [Fact]
    public async Task Template_EditedByTwo_ShowsBothSides()
    {
        await Browser.AddressAsync();
        const string name = "edited-by-two";
        var edited = await Browser.Portal.Client.PostedAsync("/api/v1/templates", new { name, licenseType = "PERSONAL", maxNodes = 20, enabled = false, capacity = new { cpuCores = 4, memoryGb = 64, storageGb = 100 } });
        var page = await SignInAsync("admin", $"/templates/{name}");
        await page.Locator("[name=maxWorkers]").FillAsync("33");
        await page.Locator("[name=description]").FillAsync("mine");

        edited["costPerHour"] = 9.25;
        using var answer = await Browser.Portal.Client.PutAsJsonAsync($"/api/v1/templates/{name}", edited);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        await Expect(page.Locator("[data-test=conflict] [data-field=costPerHour] .new")).ToHaveTextAsync("9.25");
        // What was typed last stands there before its field loses the focus: else it came under a slow finger, and the button went from it.
        await Expect(page.Locator("[data-test=conflict] [data-field=description] .new")).ToHaveTextAsync("mine");
        await page.Locator("[data-test=both]").ClickAsync(new() { Delay = 500 });
        await page.Locator("[data-test=save]").ClickAsync();
        await Expect(page.Locator("h1")).ToContainTextAsync("revision 3");
        var saved = await Browser.Portal.GetAsync($"/api/v1/templates/{name}");
        Assert.Equal((33, 9.25m, "mine"), (saved.GetProperty("maxWorkers").GetInt32(), saved.GetProperty("costPerHour").GetDecimal(), saved.GetProperty("description").GetString()));
    }

    [Fact]
    public async Task Form_TypedAndReloaded_ComesBackUntilItIsDiscarded()
    {
        await Browser.AddressAsync();
        const string name = "typed-and-reloaded";
        await Browser.Portal.Client.PostedAsync("/api/v1/templates", new { name, licenseType = "PERSONAL", maxNodes = 20, enabled = false, capacity = new { cpuCores = 4, memoryGb = 64, storageGb = 100 } });
        var page = await SignInAsync("admin", $"/templates/{name}");
        page.Dialog += async (_, dialog) => await dialog.AcceptAsync();
        await page.Locator("[name=maxWorkers]").FillAsync("33");
        await page.Keyboard.PressAsync("Tab");
        await page.WaitForFunctionAsync("() => Object.keys(localStorage).some(key => key.endsWith(':template/typed-and-reloaded'))");
        await page.ReloadAsync();
        await Expect(page.Locator("[data-test=draft-back]")).ToContainTextAsync("Unsaved work of yours is back");
        await Expect(page.Locator("[name=maxWorkers]")).ToHaveValueAsync("33");
        await page.Locator("[data-test=draft-discard]").ClickAsync();
        await Expect(page.Locator("[name=maxWorkers]")).ToHaveValueAsync("10");

        await PublishAsync("typed-lab", "1.0.0", LabText.TwoRouters("typed"));
        await page.GotoAsync("/definitions?q=typed-lab");
        await page.GetByRole(AriaRole.Button, new() { Name = "Reserve typed-lab" }).ClickAsync();
        // The dialog takes the focus as it opens: a key that is pressed just before would go nowhere.
        await Expect(page.Locator(".mud-focus-trap :focus")).ToHaveCountAsync(1);
        await page.Locator("[data-test=reserve-minutes]").PressSequentiallyAsync("7");
        await page.WaitForFunctionAsync("() => Object.keys(localStorage).some(key => key.endsWith(':reservation'))");
        await page.ReloadAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Reserve typed-lab" }).ClickAsync();
        await Expect(page.Locator("[data-test=draft-back]")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Not now" }).ClickAsync();
        await Expect(page.Locator("[data-test=reserve-confirm]")).ToHaveCountAsync(0);
        Assert.Equal(0, await page.EvaluateAsync<int>("() => localStorage.length"));
    }

    private async Task PublishAsync(string name, string version, string yaml)
    {
        await Browser.AddressAsync();
        using var answer = await Browser.Portal.Client.PostAsJsonAsync("/api/v1/definitions", new { name, version, labYaml = yaml.ReplaceLineEndings("\n") + "\n" });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static async Task WriteAtEndAsync(IPage page, string text)
    {
        await page.Locator(".monaco-editor .view-line").First.WaitForAsync();
        await page.Locator(".monaco-editor textarea").First.FocusAsync();
        await page.Keyboard.PressAsync("Control+End");
        await page.Keyboard.TypeAsync(text);
    }

    private static Task PasteAsync(IPage page, string text) => page.Locator(".monaco-editor textarea").First.EvaluateAsync(
        "(field, text) => { const data = new DataTransfer(); data.setData('text/plain', text); field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })); }", text);
}

using System.Net;
using Ccm.Tests.Api;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Ccm.Tests.Browser;

/// <summary>What people type and paste: far too long, in other scripts and directions, with pictures, as a script, as a formula. It is text and stays as it was typed.</summary>
public sealed class OddTextTests(PortalInBrowser browser) : BrowserTest(browser)
{
    private const string Odd = "😀 עברית ‮العربية‬ <script>window.hacked=1</script><img src=x onerror=\"window.hacked=1\"> &amp; {0}";
    private const string Formula = "=HYPERLINK(\"http://x\")";
    private static readonly string Long = string.Concat(Enumerable.Repeat("long ", 1000));

    [Fact]
    public async Task TemplateForm_KeepsWhatWasTyped_NamesTheFieldAndSavesTheRest()
    {
        const string name = "odd-template";
        var page = await SignInAsync("admin", "/templates/new");
        await page.Locator("[name=description]").FillAsync(Odd);
        await page.Locator("[name=cpuCores]").FillAsync("many 😀");
        foreach (var wrong in new[] { Long, Odd, Formula, "../../etc" })
        {
            await page.Locator("[name=name]").FillAsync(wrong);
            await page.Locator("[data-test=save]").ClickAsync();
            await Expect(page.Locator("[data-test=field-problem][data-field=name]")).ToBeVisibleAsync();
            await Expect(page.Locator("[data-test=cannot]")).ToContainTextAsync("2 fields are wrong: Name, Cores");
            await Expect(page.Locator("[name=name]")).ToHaveValueAsync(wrong);
            await ExpectSoundAsync(page);
        }
        await Expect(page.Locator("[name=cpuCores]")).ToHaveValueAsync("many 😀");

        await page.Locator("[name=name]").FillAsync(name);
        await page.Locator("[name=cpuCores]").FillAsync("4");
        await page.GetByLabel("The fleet may grow by it").UncheckAsync();
        await page.Locator("[data-test=save]").ClickAsync();
        await Expect(page.Locator("h1")).ToContainTextAsync($"{name} revision 1");
        await Expect(page.Locator("[name=description]")).ToHaveValueAsync(Odd);
        await page.Locator("[data-test=history]").ClickAsync();
        await Expect(page.Locator("[data-test=event]")).ToContainTextAsync("Template created");
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Details of event") }).ClickAsync();
        await Expect(page.Locator("[data-test=field-diff]")).ToContainTextAsync("<script>window.hacked=1</script>");
        await ExpectSoundAsync(page);
    }

    [Fact]
    public async Task Lab_WithOddTitleLabelsAndOwner_IsTextWhereverItStands()
    {
        const string name = "odd-lab";
        await Browser.AddressAsync();
        var client = Browser.Portal.Client;
        var yaml = Answers.LabOf(1, $"'{Odd.Replace("'", "''", StringComparison.Ordinal)} {Long[..800]}'").Replace("label: R0", $"label: '{Odd}'", StringComparison.Ordinal);
        await (await client.PublishAsync(name, "1.0.0", yaml)).Ok(HttpStatusCode.Created);
        var owner = $"{Formula} {Odd}";
        var id = (await client.PostedAsync("/api/v1/instances", new { definitionId = name, ownerId = owner, durationMinutes = 30, timeslotStart = TimeProvider.System.GetUtcNow().AddDays(250) }))["id"]!.GetValue<string>();
        var page = await SignInAsync("admin", "/definitions");

        await Expect(page.Locator($"tr[data-id={name}]")).ToContainTextAsync("<script>window.hacked=1</script>");
        await ExpectSoundAsync(page);
        await page.Locator($"[aria-label='Reserve {name}']").ClickAsync();
        await Expect(page.Locator(".mud-dialog")).ToContainTextAsync("<script>window.hacked=1</script>");
        await ExpectSoundAsync(page);
        foreach (var path in new[] { $"/definitions/{name}", $"/definitions/{name}/edit", $"/instances?owner={Uri.EscapeDataString(owner)}", $"/instances/{id}", $"/reservations?view=table&from={TimeProvider.System.GetUtcNow().AddDays(250):yyyy-MM-dd}&hours=72" })
        {
            await GoAsync(page, path);
            await Expect(page.Locator("main")).ToContainTextAsync("<script>window.hacked=1</script>");
            await ExpectSoundAsync(page);
        }
        var csv = await page.APIRequest.GetAsync($"{Browser.Portal.Address}export/instances.csv?q={id}");
        Assert.Contains($"\"'{Formula.Replace("\"", "\"\"", StringComparison.Ordinal)}", await csv.TextAsync(), StringComparison.Ordinal);
        using var ended = await client.DeleteAsync($"/api/v1/instances/{id}", TestContext.Current.CancellationToken);
    }

    /// <summary>A field that searches or asks takes anything, and says that there is nothing of the kind.</summary>
    [Fact]
    public async Task SearchFields_AnyText_FindNothingAndComeBack()
    {
        var page = await SignInAsync("operator", "/instances", dark: true);
        foreach (var path in new[] { "/instances", "/workers", "/definitions", "/templates" })
        {
            await GoAsync(page, path);
            // It takes so many characters of what is pasted, and no more.
            await Expect(page.Locator(".ccm-search input")).ToHaveAttributeAsync("maxlength", "200");
            foreach (var text in new[] { $"{Odd} nowhere", Long[..200], "\\,\",'%_*" })
            {
                await page.Locator(".ccm-search input").FillAsync(text);
                await Expect(page.Locator("[data-test=empty]")).ToBeVisibleAsync();
                await ExpectSoundAsync(page);
            }
        }
        await GoAsync(page, "/audit");
        foreach (var field in new[] { "text", "actor", "subject" })
        {
            await page.Locator($"[data-test={field}]").FillAsync($"{Odd} nowhere");
            await page.Keyboard.PressAsync("Enter");
            await Expect(page.Locator("[data-test=empty]")).ToContainTextAsync("Nothing matches.");
            await ExpectSoundAsync(page);
            await page.Locator("[data-test=clear]").ClickAsync();
            await Expect(page.Locator("[data-test=event]").First).ToBeVisibleAsync();
        }
        await page.Keyboard.PressAsync("Control+k");
        await page.Keyboard.InsertTextAsync(Long + Odd);
        await Expect(page.Locator("[data-test=hit]")).ToHaveCountAsync(0);
        await ExpectSoundAsync(page);
    }
}

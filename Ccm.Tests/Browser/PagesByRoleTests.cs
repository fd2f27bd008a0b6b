using Ccm.Tests.Api;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Ccm.Tests.Browser;

/// <summary>
/// What each of the four roles finds on each page: whether it is shown or refused in words, what can be done there, and nothing that
/// would be refused. Two of the roles look at it in the dark; <see cref="AccessibilityTests"/> opens all pages in both themes.
/// </summary>
/// <remarks>
/// That what is offered also works, the stories show, each page's main task by somebody whose task it is:
/// <list type="table">
/// <item>Overview: seen live with a thousand labs by a viewer, <see cref="ManyRowsTests"/>.</item>
/// <item>Instances: import, reserve, stop and end by an admin, a user's own only, <see cref="MainJobStory"/>; stop, start, extend, collect and why it waits by an operator, <see cref="OperatorStory"/>; many at once by an operator, <see cref="GridStory"/>.</item>
/// <item>Workers: added, drained by its plan, drain cancelled by an operator, <see cref="OperatorStory"/>; a hundred of them, <see cref="ManyRowsTests"/>.</item>
/// <item>Definitions: published over another's version and compared by an admin, <see cref="EditingStory"/>; reserved from by a user, <see cref="MainJobStory"/>.</item>
/// <item>Worker templates: edited beside another admin, <see cref="EditingStory"/>; made, <see cref="OddTextTests"/>.</item>
/// <item>Reservations: a free time found and reserved by a user, <see cref="ReservationsStory"/>; a day of a thousand by an operator, <see cref="ManyRowsTests"/>.</item>
/// <item>Scaling: a refusal and its reason by a viewer, <see cref="ReservationsStory"/>.</item>
/// <item>Audit: who changed what, verified and exported by an admin, not by a viewer, <see cref="AuditStory"/>.</item>
/// <item>System: a notice posted, seen by a user, <see cref="FrameTests"/>; a leader made to resign by an admin, <see cref="ManyRowsTests"/>.</item>
/// <item>Account: time zone, <see cref="FrameTests"/>; theme, <see cref="ThemeTests"/>; signed out by an operator, <see cref="MainJobStory"/>, and everywhere, <see cref="FailoverTests"/>.</item>
/// </list>
/// </remarks>
public sealed class PagesByRoleTests(PortalInBrowser browser, ExhibitedFleet exhibited) : BrowserTest(browser), IClassFixture<ExhibitedFleet>
{
    /// <summary>One after the other, those that appear meanwhile too, each in a picture of its own.</summary>
    private const string PressAll = """
        async () => {
            let pressed = 0;
            while (pressed < 100) {
                const there = [...document.querySelectorAll('main button:not(:disabled)')].filter(button => button.offsetParent);
                if (pressed >= there.length) break;
                there[pressed++].click();
                await new Promise(painted => requestAnimationFrame(painted));
            }
            return pressed;
        }
        """;

    private static readonly RolePage[] Pages =
    [
        new("/overview", "Overview", "vuoa") { Acts = [("[data-test=reserve]", "uoa"), ("[data-test=feed]", "voa"), ("[data-test=own]", "u")] },
        new("/instances", "Instances", "vuoa") { Acts = [("[data-test=reserve]", "uoa")] },
        new("/instances?q={instance}", "Instances", "vuoa") { Acts = [("[aria-label='End {instance}']", "oa"), ("tr[data-id={instance}]", "voa")] },
        new("/instances/{instance}", ExhibitedFleet.Name, "voa", "There is no instance {instance} here") { Whole = "[data-test=events]", Acts = [("[data-test=end]", "oa"), ("text=Extend by 30 min", "oa"), ("[data-test=history]", "voa")] },
        new("/workers", "Workers", "voa", "Your role does not show workers") { Acts = [("[data-test=create-worker]", "oa")] },
        new("/workers?view=table", "Workers", "voa", "Your role does not show workers") { Acts = [("[data-test=select-all]", "oa")] },
        new("/workers/{worker}", "{worker}", "voa", "There is no worker {worker} to see") { Acts = [("[data-test=drain]", "oa"), ("header >> text=/^Stop$/", "oa"), ("[data-test=terminate]", "a")] },
        new("/definitions", "Definitions", "vuoa") { Whole = "tr[data-id=exhibit]", Acts = [("[data-test=new-definition]", "a"), ("[data-test=lab-file]", "a"), ("[aria-label='Edit exhibit']", "a"), ("[aria-label='Reserve exhibit']", "uoa")] },
        new("/definitions/exhibit", "exhibit", "vuoa") { Whole = "[data-test=versions]", Acts = [("[data-test=reserve]", "uoa"), ("[data-test=edit]", "a"), ("[data-test=deprecate]", "a"), ("header >> text=/^Delete$/", "a")] },
        new("/definitions/exhibit/edit", "Edit exhibit", "a", "Definitions are edited by admins, and you are none") { Whole = ".monaco-editor", Acts = [("[data-test=publish]", "a")] },
        new("/definitions/new", "New definition", "a", "Definitions are edited by admins, and you are none") { Whole = ".monaco-editor", Acts = [("[data-test=publish]", "a")] },
        new("/templates", "Worker templates", "voa", "Your role does not show worker templates") { Whole = "tr[data-id=exhibit]", Acts = [("[data-test=new-template]", "a")] },
        new("/templates/exhibit", "exhibit", "voa", "Your role does not show worker templates") { Whole = "[data-test=declared]", Acts = [("[data-test=switch]", "a"), ("[data-test=delete]", "a"), ("[data-test=save]", "a"), ("[name=maxWorkers]:enabled", "a")] },
        new("/templates/new", "New template", "a", "worker templates") { Whole = "[data-test=declared]", Acts = [("[data-test=save]", "a")] },
        new("/reservations", "Reservations", "vuoa") { Acts = [("[data-test=reserve]", "uoa"), ("[data-test=free-ask]", "vuoa"), ("[data-test=by-lab]", "voa")] },
        new("/scaling", "Scaling", "voa", "Your role does not show how the fleet grows"),
        new("/audit", "Audit", "voa", "Your role does not show the audit trail") { Whole = "[data-test=event]", Acts = [("[data-test=verify]", "a"), ("[data-test=export-csv]", "a"), ("[data-test=export-json]", "a")] },
        new("/system", "System", "voa", "Your role does not show the system") { Acts = [("[data-test=notice-post]", "a")], Locked = [("[aria-label='Resign as Scheduler']", "a", "It takes the role admin")] },
        new("/account", "Account", "vuoa") { Acts = [("button[name=everywhere]", "vuoa"), ("select[name=zone]", "vuoa")] },
    ];

    [Theory]
    [InlineData("viewer", true)]
    [InlineData("user", false)]
    [InlineData("operator", true)]
    [InlineData("admin", false)]
    public async Task EveryPage_OffersWhatTheRoleMayAndNothingElse(string role, bool dark)
    {
        var page = await SignInAsync(role, "/overview", dark);
        await WatchThemeAsync(page);
        var (instance, worker) = await exhibited.In(Browser.Portal);
        var wrong = new List<string>();
        foreach (var shown in Pages)
        {
            if (shown.IsStatic)
                await page.GotoAsync(Named(shown.Path));
            else
                await GoAsync(page, Named(shown.Path));
            foreach (var (what, holds) in Expected(page, shown, role[0], Named))
            {
                try
                {
                    await holds;
                }
                catch (PlaywrightException exception)
                {
                    wrong.Add($"{shown.Path}: {what}. {exception.Message.ReplaceLineEndings(" ")}");
                }
            }
            await ExpectThemeAsync(page, dark);
        }
        Assert.True(wrong.Count == 0, $"{role}:\n{string.Join('\n', wrong)}");

        string Named(string text) => text.Replace("{instance}", instance, StringComparison.Ordinal).Replace("{worker}", worker, StringComparison.Ordinal);
    }

    /// <summary>Whoever only reads may press whatever is there: no press is refused, and nothing changes by it.</summary>
    [Fact]
    public async Task Viewer_PressesEveryButtonOfEveryPage_NothingIsRefusedAndNothingChanges()
    {
        var page = await SignInAsync("viewer", "/overview");
        var (instance, worker) = await exhibited.In(Browser.Portal);
        var answers = new System.Collections.Concurrent.ConcurrentQueue<string>();
        page.Response += (_, response) => Note(response);
        var pressed = 0;
        foreach (var path in Pages.Where(shown => shown.Seers.Contains('v', StringComparison.Ordinal) && !shown.IsStatic).Select(shown => shown.Path.Replace("{instance}", instance, StringComparison.Ordinal).Replace("{worker}", worker, StringComparison.Ordinal)))
        {
            await GoAsync(page, path);
            pressed += await page.EvaluateAsync<int>(PressAll);
            // A circuit answers in order: once this is there, all that was pressed has been.
            await page.Keyboard.PressAsync("Escape");
            await page.Keyboard.PressAsync("Control+k");
            await page.Keyboard.TypeAsync("worker");
            await page.Locator("[data-test=hit]").First.WaitForAsync();
            await Expect(page.Locator("main h1").First).ToBeVisibleAsync();
            await Expect(page.Locator(".mud-snackbar, .mud-dialog")).ToHaveCountAsync(0);
        }

        Assert.True(pressed > 60, $"{pressed} buttons were pressed");
        Assert.Empty(answers);
        var did = (await Browser.Portal.Client.ReadAsync("/api/v1/audit?actor=viewer"))["items"]!.AsArray().Select(audited => audited!["type"]!.GetValue<string>());
        Assert.All(did, type => Assert.StartsWith("ccm.session.", type, StringComparison.Ordinal));

        void Note(IResponse response)
        {
            if (response.Status >= 400)
                answers.Enqueue($"{response.Status} {response.Url}");
        }
    }

    /// <summary>Begun in this order and awaited in it: what must be there, then what must not.</summary>
    private static IEnumerable<(string What, Task Holds)> Expected(IPage page, RolePage shown, char role, Func<string, string> named)
    {
        var seen = shown.Seers.Contains(role, StringComparison.Ordinal);
        if (shown.Link is { } link && !shown.IsStatic)
            yield return ($"the navigation {(seen ? "leads" : "does not lead")} there", Expect(page.Locator($".ccm-nav a[href='{link}']")).ToHaveCountAsync(seen ? 1 : 0));
        if (!seen)
            yield return ("it is refused in words", Expect(page.Locator("main")).ToContainTextAsync(named(shown.Refusal)));
        else
        {
            yield return ("its title", Expect(page.Locator("h1").First).ToContainTextAsync(named(shown.Title)));
            yield return ("it comes whole", Expect(page.Locator(shown.Whole).First).ToBeVisibleAsync());
        }
        if (role == 'v' && !shown.IsStatic)
            yield return ("it says read only", Expect(page.Locator("[data-test=read-only]")).ToBeVisibleAsync());
        foreach (var (selector, doers) in shown.Acts.Select(act => (named(act.Selector), act.Doers)))
        {
            yield return seen && doers.Contains(role, StringComparison.Ordinal)
                ? ($"{selector} is offered", Expect(page.Locator(selector).First).ToBeVisibleAsync())
                : ($"{selector} is absent", Expect(page.Locator(selector)).ToHaveCountAsync(0));
        }
        foreach (var (selector, doers, title) in seen ? shown.Locked : [])
        {
            if (doers.Contains(role, StringComparison.Ordinal))
                yield return ($"{selector} is enabled", Expect(page.Locator(selector)).ToBeEnabledAsync());
            else
            {
                yield return ($"{selector} is disabled", Expect(page.Locator(selector)).ToBeDisabledAsync());
                yield return ($"{selector} says why", Expect(page.Locator(selector)).ToHaveAttributeAsync("title", title));
            }
        }
    }
}

using System.Collections.Concurrent;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Ccm.Tests.Browser;

/// <summary>A test with pages of its own: they are closed when it ends, and an error that no script of a page caught, or that its console told, fails it.</summary>
public abstract class BrowserTest(PortalInBrowser browser) : IAsyncDisposable
{
    /// <summary>Stands before an error that the browser's console told.</summary>
    protected const string Told = "console: ";

    private readonly ConcurrentQueue<string> _errors = new();
    private readonly ConcurrentStack<IBrowserContext> _open = new();

    /// <summary>The portal that all browser tests share.</summary>
    protected PortalInBrowser Browser => browser;

    /// <summary>Errors that a page may have, beside none.</summary>
    protected virtual bool Expects(string error) => false;

    /// <summary>A page of a fresh context, signed in by the sign-in page. Skips, loudly, where there is no browser.</summary>
    protected async Task<IPage> SignInAsync(string user, string path, bool dark = false) =>
        await SignInAsync(await browser.AddressAsync(), user, path, dark);

    /// <summary>The same at another portal, which is not the shared one.</summary>
    protected async Task<IPage> SignInAsync(Uri portal, string user, string path, bool dark = false)
    {
        var context = await browser.NewContextAsync(portal, dark);
        _open.Push(context);
        var page = await NewPageAsync(context);
        await page.GotoAsync(path);
        await page.Locator("#username, input[name=username], input[name=Username]").First.FillAsync(user);
        await page.Locator("input[type=password]").FillAsync(user);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync(url => url.EndsWith(path, StringComparison.Ordinal));
        await ReadyAsync(page);
        return page;
    }

    /// <summary>Another page of somebody who is signed in.</summary>
    protected async Task<IPage> NewPageAsync(IBrowserContext context)
    {
        var page = await context.NewPageAsync();
        page.PageError += (_, error) => _errors.Enqueue(error);
        page.Console += (_, message) =>
        {
            // A page that is not there answers 404, and the browser notes it; what it shows is the test's to judge.
            if (message.Type == "error" && !message.Location.StartsWith($"{page.Url}:", StringComparison.Ordinal))
                _errors.Enqueue($"{Told}{message.Text} at {page.Url}");
        };
        return page;
    }

    /// <summary>Goes to a page and waits until its circuit stands.</summary>
    protected static async Task GoAsync(IPage page, string path)
    {
        await page.GotoAsync(path);
        await ReadyAsync(page);
    }

    /// <summary>From the next document on, notes before each picture in which theme it is painted, and which it says to have.</summary>
    protected static Task WatchThemeAsync(IPage page) => page.Context.AddInitScriptAsync("""
        window.pictures = new Set();
        const note = () => {
            if (document.body) {
                const colour = [document.body, document.documentElement].map(element => getComputedStyle(element).backgroundColor).find(colour => !colour.endsWith(", 0)"));
                const [red, green, blue] = (colour ?? "255 255 255").match(/[\d.]+/g).map(Number);
                window.pictures.add(`${document.documentElement.dataset.theme}, painted ${red + green + blue < 384 ? "dark" : "light"}`);
            }
            requestAnimationFrame(note);
        };
        requestAnimationFrame(note);
        """);

    /// <summary>That every picture of the document, from the first, was in this theme: there was no flash.</summary>
    protected static async Task ExpectThemeAsync(IPage page, bool dark) =>
        Assert.Equal([dark ? "dark, painted dark" : "light, painted light"], await page.EvaluateAsync<string[]>("() => [...window.pictures]"));

    /// <summary>That a page is one of ours and whole: no error boundary, no dead circuit, nothing that sticks out sideways, no script of somebody's.</summary>
    protected static async Task ExpectSoundAsync(IPage page)
    {
        await Expect(page.Locator("h1").First).ToBeVisibleAsync();
        await Expect(page.GetByText("Something went wrong on this page")).ToHaveCountAsync(0);
        await Expect(page.Locator("#components-reconnect-modal")).Not.ToBeVisibleAsync();
        Assert.False(await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth > innerWidth"), $"{page.Url} sticks out sideways.");
        Assert.False(await page.EvaluateAsync<bool>("() => 'hacked' in window"), $"{page.Url} runs what somebody typed.");
    }

    /// <summary>A page without a portal would try to come back, and paint that it does: closed before the portal of a test is.</summary>
    protected async Task CloseAllAsync()
    {
        while (_open.TryPop(out var context))
            await context.CloseAsync();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        // What a page says as it is closed in the midst of something is no fault of its.
        var errors = _errors.ToList();
        await CloseAllAsync();
        Assert.DoesNotContain(errors, error => !Expects(error));
    }

    private static Task ReadyAsync(IPage page) => page.Locator("main[data-interactive=true] h1").First.WaitForAsync();
}

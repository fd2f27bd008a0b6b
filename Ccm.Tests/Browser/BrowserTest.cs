using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Ccm.Tests.Browser;

/// <summary>A test with pages of its own: they are closed when it ends, and an error that no script of a page caught fails it.</summary>
public abstract class BrowserTest(PortalInBrowser browser) : IAsyncDisposable
{
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
        var page = await context.NewPageAsync();
        page.PageError += (_, error) => _errors.Enqueue(error);
        await page.GotoAsync(path);
        await page.Locator("#username, input[name=username], input[name=Username]").First.FillAsync(user);
        await page.Locator("input[type=password]").FillAsync(user);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync(url => url.EndsWith(path, StringComparison.Ordinal));
        await ReadyAsync(page);
        return page;
    }

    /// <summary>Goes to a page and waits until its circuit stands.</summary>
    protected static async Task GoAsync(IPage page, string path)
    {
        await page.GotoAsync(path);
        await ReadyAsync(page);
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
        await CloseAllAsync();
        Assert.DoesNotContain(_errors, error => !Expects(error));
    }

    private static Task ReadyAsync(IPage page) => page.Locator("main[data-interactive=true] h1").First.WaitForAsync();
}

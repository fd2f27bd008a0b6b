using Ccm.Tests.Browser;
using Ccm.Tests.Servers;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(PortalInBrowser))]

namespace Ccm.Tests.Browser;

/// <summary>One portal process and one browser for all browser tests of a run; each test has a browser context of its own.</summary>
public sealed class PortalInBrowser : IAsyncLifetime
{
    private readonly SemaphoreSlim _once = new(1, 1);
    private readonly TemporaryDirectory _directory = new();
    private PortalProcess? _portal;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public PortalProcess Portal => _portal!;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>A page of a fresh context, signed in by the sign-in page. Skips, loudly, where there is no browser.</summary>
    public async Task<IPage> SignInAsync(string user, string path, bool dark = false)
    {
        await StartPortalAsync();
        return await SignInAsync(Portal.Address, user, path, dark);
    }

    /// <summary>The same at another portal, which is none of this fixture's.</summary>
    public async Task<IPage> SignInAsync(Uri portal, string user, string path, bool dark = false)
    {
        await StartBrowserAsync();
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = portal.ToString(),
            ViewportSize = new ViewportSize { Width = 1280, Height = 800 },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            TimezoneId = "Europe/Vienna",
        });
        context.SetDefaultTimeout(30_000);
        var page = await context.NewPageAsync();
        page.PageError += (_, error) => throw new InvalidOperationException($"The page failed: {error}");
        await page.GotoAsync(path);
        await page.Locator("#username, input[name=username], input[name=Username]").First.FillAsync(user);
        await page.Locator("input[type=password]").FillAsync(user);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync(url => url.EndsWith(path, StringComparison.Ordinal));
        await ReadyAsync(page);
        return page;
    }

    /// <summary>Goes to a page and waits until its circuit stands.</summary>
    public static async Task GoAsync(IPage page, string path)
    {
        await page.GotoAsync(path);
        await ReadyAsync(page);
    }

    private static Task ReadyAsync(IPage page) => page.Locator("main[data-interactive=true] h1").First.WaitForAsync();

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (_portal is not null)
            await _portal.DisposeAsync();
        _directory.Dispose();
        _once.Dispose();
    }

    private Task StartPortalAsync() => OnceAsync(async () =>
        _portal ??= await PortalProcess.StartAsync($"--Ccm:DataDirectory={_directory.Path}", "--Ccm:Simulator:Speed=2000"));

    private Task StartBrowserAsync() => OnceAsync(async () =>
    {
        _playwright ??= await Playwright.CreateAsync();
        _browser ??= await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Chromium(),
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    });

    private async Task OnceAsync(Func<Task> start)
    {
        Chromium();
        await _once.WaitAsync();
        try
        {
            await start();
        }
        finally
        {
            _once.Release();
        }
    }

    private static string Chromium()
    {
        var chromium = Environment.GetEnvironmentVariable("CCM_TEST_CHROMIUM") is { Length: > 0 } given ? given
            : new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);
        Assert.SkipWhen(chromium is null, "NO BROWSER: install chromium, or set CCM_TEST_CHROMIUM, to run the browser tests.");
        return chromium!;
    }
}

using Ccm.Tests.Browser;
using Ccm.Tests.Servers;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(PortalInBrowser))]

namespace Ccm.Tests.Browser;

/// <summary>One portal process and one browser for all browser tests of a run; <see cref="BrowserTest"/> opens pages in it.</summary>
public sealed class PortalInBrowser : IAsyncLifetime
{
    private readonly SemaphoreSlim _once = new(1, 1);
    private readonly TemporaryDirectory _directory = new();
    private PortalProcess? _portal;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public PortalProcess Portal => _portal!;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Started by the first test that asks. Skips, loudly, where there is no browser.</summary>
    public async Task<Uri> AddressAsync()
    {
        await StartPortalAsync();
        return Portal.Address;
    }

    /// <summary>A context of its own, which nothing of another test is in.</summary>
    public async Task<IBrowserContext> NewContextAsync(Uri portal, bool dark)
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
        return context;
    }

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

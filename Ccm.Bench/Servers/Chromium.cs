using Microsoft.Playwright;

namespace Ccm.Bench.Servers;

/// <summary>A headless Chromium: the one that <c>CCM_TEST_CHROMIUM</c> names, else one on the PATH.</summary>
internal sealed class Chromium(IPlaywright playwright, IBrowser browser) : IAsyncDisposable
{
    private static readonly string[] Flags =
        ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    public static async Task<Chromium> LaunchAsync()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        var program = Environment.GetEnvironmentVariable("CCM_TEST_CHROMIUM") is { Length: > 0 } given ? given
            : folders.SelectMany(_ => new[] { "chromium", "chromium-browser", "google-chrome" }, Path.Combine).FirstOrDefault(File.Exists)
            ?? throw new BenchException("No Chromium: install Debian's package chromium, or name one in CCM_TEST_CHROMIUM.");
        var playwright = await Playwright.CreateAsync();
        return new Chromium(playwright, await playwright.Chromium.LaunchAsync(new() { ExecutablePath = program, Args = Flags }));
    }

    /// <summary>A page of a new visitor who has signed in as admin and looks at the instances.</summary>
    public async Task<IPage> SignInAsync(Uri portal)
    {
        var context = await browser.NewContextAsync(new() { ViewportSize = new() { Width = 1440, Height = 900 } });
        var page = await context.NewPageAsync();
        await page.GotoAsync(new Uri(portal, "/instances").ToString());
        await page.ClickAsync("button[name=demo][value=admin]");
        await page.WaitForURLAsync("**/instances");
        await page.WaitForSelectorAsync("[data-test=who]");
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
    }
}

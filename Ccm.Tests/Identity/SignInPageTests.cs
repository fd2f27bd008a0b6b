using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Ccm.Tests.Identity;

/// <summary>The sign-in page in a real browser, which alone applies the security policy.</summary>
public sealed partial class SignInPageTests
{
    private static readonly string[] Flags =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    [Fact]
    public async Task SignIn_ByKeyboard_ArrivesWithoutBreakingThePolicy()
    {
        await using var host = await IdentityHost.StartAsync();
        using var playwright = await Playwright.CreateAsync();
        await using var chromium = await LaunchAsync(playwright);
        var page = await chromium.NewPageAsync();
        var complaints = new List<string>();
        page.Console += (_, message) => complaints.Add(message.Text);

        await page.GotoAsync($"http://localhost:{host.Address.Port}/workers");
        await page.GetByLabel("User name").FillAsync("operator");
        await page.GetByLabel("Password").FillAsync("wrong");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("The user name or the password is wrong.");
        await page.GetByLabel("User name").FillAsync("operator");
        await page.GetByLabel("Password").FillAsync("operator");
        await page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(page).ToHaveURLAsync(Workers());
        await Assertions.Expect(page.Locator("body")).ToHaveTextAsync("operator|operator|Operator");
        // The browser itself notes the 401 of the wrong password.
        Assert.DoesNotContain(complaints, text => text.Contains("Content Security Policy", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task SignIn_DemoButton_IsOneClick()
    {
        await using var host = await IdentityHost.StartAsync();
        using var playwright = await Playwright.CreateAsync();
        await using var chromium = await LaunchAsync(playwright);
        var page = await chromium.NewPageAsync();

        await page.GotoAsync($"http://127.0.0.1:{host.Address.Port}/workers");
        await page.GetByRole(AriaRole.Button, new() { Name = "viewer" }).ClickAsync();

        await Assertions.Expect(page.Locator("body")).ToHaveTextAsync("viewer|viewer|Viewer");
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task SignIn_LightAndDark_HasNoBarrier(ColorScheme scheme)
    {
        await using var host = await IdentityHost.StartAsync();
        using var playwright = await Playwright.CreateAsync();
        await using var chromium = await LaunchAsync(playwright);
        // The checker puts its script into the page, which the policy forbids to everybody else.
        await using var context = await chromium.NewContextAsync(new() { ColorScheme = scheme, BypassCSP = true });
        var page = await context.NewPageAsync();
        await page.GotoAsync(new Uri(host.Address, "/account/sign-in?reason=failed").ToString());

        var found = await page.RunAxe();

        Assert.Equal([], found.Violations.Select(violation => $"{violation.Id}: {violation.Description}"));
    }

    private static async Task<IBrowser> LaunchAsync(IPlaywright playwright)
    {
        var program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(folder => new[] { "chromium", "chromium-browser", "google-chrome" }, Path.Combine)
            .FirstOrDefault(File.Exists);
        Assert.SkipWhen(program is null, "No Chromium on PATH: install Debian's chromium to run the browser tests.");
        return await playwright.Chromium.LaunchAsync(new() { ExecutablePath = program, Args = Flags });
    }

    [GeneratedRegex("/workers$")]
    private static partial Regex Workers();
}

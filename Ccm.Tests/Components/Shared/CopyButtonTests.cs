using Bunit;
using Ccm.Portal.Components.Shared;
using Microsoft.JSInterop;
using MudBlazor.Services;

namespace Ccm.Tests.Components.Shared;

public sealed class CopyButtonTests : BunitContext
{
    public CopyButtonTests()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices();
    }

    [Fact]
    public async Task Click_BrowserCopies_SaysSo()
    {
        var button = Button();
        JSInterop.SetupVoid("ccm.copy", "10.0.0.1:2000").SetVoidResult();

        await button.Find("button").ClickAsync();

        Assert.Equal("Copied", button.Find("button").GetAttribute("title"));
    }

    [Fact]
    public async Task Click_BrowserRefuses_SaysWhatToDoInstead()
    {
        var button = Button();
        JSInterop.SetupVoid("ccm.copy", "10.0.0.1:2000").SetException(new JSException("navigator.clipboard is undefined"));

        await button.Find("button").ClickAsync();

        Assert.Contains("select the text", button.Find("button").GetAttribute("title"), StringComparison.Ordinal);
    }

    [Fact]
    public void Render_Always_TellsWhatItCopies() => Assert.Equal("Copy 10.0.0.1:2000", Button().Find("button").GetAttribute("aria-label"));

    private IRenderedComponent<CopyButton> Button() => Render<CopyButton>(parameters => parameters.Add(b => b.Text, "10.0.0.1:2000"));
}

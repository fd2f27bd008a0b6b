using AngleSharp.Dom;
using Bunit;
using Ccm.Portal.Components.Shared;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using MudBlazor.Services;

namespace Ccm.Tests.Components.Shared;

public sealed class TypedConfirmationTests : BunitContext
{
    private readonly IRenderedComponent<MudDialogProvider> _dialogs;

    public TypedConfirmationTests()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices();
        Render<MudPopoverProvider>();
        _dialogs = Render<MudDialogProvider>();
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("osp", false)]
    [InlineData("OSPF", false)]
    [InlineData(" ospf", false)]
    [InlineData("ospf ", false)]
    [InlineData("ospf", true)]
    public async Task Type_AnyText_OnlyTheExactNameArmsTheButton(string typed, bool armed)
    {
        var asked = await AskAsync();

        Input().Input(typed);

        Assert.Equal(!armed, Confirm().HasAttribute("disabled"));
        Assert.False(asked.IsCompleted);
    }

    [Theory]
    [InlineData("osp", false)]
    [InlineData("ospf", true)]
    public async Task Enter_InTheField_ConfirmsTheExactNameOnly(string typed, bool confirmed)
    {
        var asked = await AskAsync();
        Input().Input(typed);

        await Input().KeyDownAsync(new KeyboardEventArgs { Key = "Enter" });

        Assert.Equal(confirmed, _dialogs.FindAll("[data-test=confirm]").Count == 0);
        Assert.Equal(confirmed, asked.IsCompleted);
    }

    [Fact]
    public async Task Confirm_NameTyped_IsTrueAndTheDialogGoes()
    {
        var asked = await AskAsync();
        Input().Input("ospf");

        await Confirm().ClickAsync();

        Assert.True(await asked);
        _dialogs.WaitForAssertion(() => Assert.Empty(_dialogs.FindAll("[data-test=confirm]")));
    }

    [Fact]
    public async Task Keep_NameTyped_IsFalse()
    {
        var asked = await AskAsync();
        Input().Input("ospf");

        await _dialogs.FindAll("button").Single(button => button.TextContent.Trim() == "Keep it").ClickAsync();

        Assert.False(await asked);
    }

    [Fact]
    public async Task Ask_HostileTexts_AreTexts()
    {
        var asked = await AskAsync("<script>alert(1)</script>", "<img src=x onerror=alert(1)>");

        Assert.False(asked.IsCompleted);
        Assert.Empty(_dialogs.FindAll("script, img"));
        Assert.Contains("<img src=x", _dialogs.Find("p").TextContent, StringComparison.Ordinal);
        Assert.Equal("Type <script>alert(1)</script> to confirm", _dialogs.Find("label").TextContent);
    }

    [Fact]
    public async Task Ask_Always_LabelsTheField()
    {
        await AskAsync();

        Assert.Equal(Input().Id, _dialogs.Find("label").GetAttribute("for"));
    }

    /// <summary>The answer, once somebody gives it; a task in a task, so that waiting for the dialog is not waiting for the answer.</summary>
    private async Task<Task<bool>> AskAsync(string word = "ospf", string consequence = "It is stopped.")
    {
        Task<bool>? asked = null;
        await _dialogs.InvokeAsync(() => { asked = TypedConfirmation.AskAsync(Services.GetRequiredService<IDialogService>(), $"End {word}?", consequence, word, "End it"); });
        _dialogs.WaitForElement("[data-test=confirm]");
        return asked!;
    }

    private IElement Input() => _dialogs.Find("input");

    private IElement Confirm() => _dialogs.Find("[data-test=confirm]");
}

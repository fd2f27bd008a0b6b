using System.Text;
using Bunit;
using Ccm.Portal.Components.Pages.Definitions.Editing;

namespace Ccm.Tests.Components.Definitions.Editing;

/// <summary>What the editor's script would be asked for.</summary>
internal sealed class EditorInBrowser
{
    private readonly BunitJSModuleInterop _module;

    public EditorInBrowser(PortalContext portal)
    {
        _module = portal.Script.SetupModule(LabEditor.ScriptPath);
        _module.Mode = JSRuntimeMode.Loose;
    }

    public IEnumerable<JSRuntimeInvocation> Calls(string function) => _module.Invocations.Where(call => call.Identifier == function);

    /// <summary>What is shown in the browser, of which nothing has arrived.</summary>
    public void Show(IRenderedComponent<EditDefinitionPage> page, string text)
    {
        var editor = page.FindComponent<LabEditor>().Instance;
        _module.SetupVoid("flush", _ =>
        {
            Assert.True(editor.Replaced(new SentBytes(Encoding.UTF8.GetBytes(text)), 2).IsCompletedSuccessfully);
            return true;
        }).SetVoidResult();
    }

    /// <summary>As if the whole text had been replaced by typing.</summary>
    public static Task WriteAsync(IRenderedComponent<EditDefinitionPage> page, string text)
    {
        var editor = page.FindComponent<LabEditor>().Instance;
        return page.InvokeAsync(() => Assert.True(editor.Changed([new LabEditor.TextChange(0, editor.Text.Length, text)], text.Length)));
    }
}

using System.Text;
using System.Text.Json;
using Bunit;
using Ccm.Portal.Components.Pages.Definitions.Editing;
using Microsoft.JSInterop;

namespace Ccm.Tests.Components.Definitions.Editing;

/// <summary>What the editor's script would be asked for, and the draft that the browser has.</summary>
internal sealed class EditorInBrowser
{
    private readonly BunitJSModuleInterop _module;

    public EditorInBrowser(PortalContext portal, Draft? draft = null)
    {
        _module = portal.Script.SetupModule(EditorScript.Path);
        _module.Mode = JSRuntimeMode.Loose;
        _module.Setup<IJSStreamReference>("readDraft", _ => true).SetResult(new Bytes(JsonSerializer.SerializeToUtf8Bytes(draft, JsonSerializerOptions.Web)));
    }

    public IEnumerable<JSRuntimeInvocation> Calls(string function) => _module.Invocations.Where(call => call.Identifier == function);

    /// <summary>What is shown in the browser, of which nothing has arrived.</summary>
    public void Show(IRenderedComponent<EditDefinitionPage> page, string text)
    {
        var editor = page.FindComponent<LabEditor>().Instance;
        _module.SetupVoid("flush", _ =>
        {
            Assert.True(editor.Replaced(new Bytes(Encoding.UTF8.GetBytes(text)), 2).IsCompletedSuccessfully);
            return true;
        }).SetVoidResult();
    }

    /// <summary>As if the whole text had been replaced by typing.</summary>
    public static Task WriteAsync(IRenderedComponent<EditDefinitionPage> page, string text)
    {
        var editor = page.FindComponent<LabEditor>().Instance;
        return page.InvokeAsync(() => Assert.True(editor.Changed([new LabEditor.TextChange(0, editor.Text.Length, text)], text.Length)));
    }

    private sealed class Bytes(byte[] bytes) : IJSStreamReference
    {
        public long Length => bytes.Length;

        public ValueTask<Stream> OpenReadStreamAsync(long maxAllowedSize = 512000, CancellationToken cancellationToken = default) => new(new MemoryStream(bytes));

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

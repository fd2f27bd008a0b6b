// Monaco for lab files. What may be written, what it means and what is wrong comes from the server, which reads the text as publishing does.
const root = new URL("_content/BlazorMonaco/lib/monaco-editor/min/vs", document.baseURI).href;
const mostBytes = 2 * 1024 * 1024, inOneMessage = 6000;
const editors = new Map();
let loading;

const load = () => loading ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = `${root}/loader.js`;
    script.onerror = () => failed(new Error("The editor could not be loaded."));
    script.onload = () => {
        window.require.config({ paths: { vs: root } });
        window.require(["vs/editor/editor.main"], () => { setUp(); done(); }, failed);
    };
    document.head.append(script);
});

const setUp = () => {
    const { editor, languages } = window.monaco;
    const theme = (name, base, colours, ink) => editor.defineTheme(name, {
        base, inherit: true, colors: colours,
        rules: Object.entries(ink).map(([token, foreground]) => ({ token, foreground })),
    });
    theme("ccm-light", "vs", { "editor.background": "#ffffff", "editorLineNumber.foreground": "#5b676c" }, { "": "1b2528", type: "0b5c5c", "string.yaml": "1b2528", "number.yaml": "1f5f9e", comment: "4d5a5f" });
    theme("ccm-dark", "vs-dark", { "editor.background": "#182023", "editorLineNumber.foreground": "#94a3a8" }, { "": "e6edee", type: "5cc9c4", "string.yaml": "e6edee", "number.yaml": "8cbdf0", comment: "a9b7bb" });
    const follow = () => editor.setTheme(document.documentElement.dataset.theme === "dark" ? "ccm-dark" : "ccm-light");
    new MutationObserver(follow).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    follow();
    // Asked after what was typed before has arrived.
    const ask = async (model, method, position) => {
        const state = editors.get(model);
        if (!state) return null;
        await state.sent;
        return state.server.invokeMethodAsync(method, position.lineNumber, position.column).catch(() => null);
    };
    languages.registerCompletionItemProvider("yaml", {
        triggerCharacters: [" ", "$"],
        provideCompletionItems: async (model, position) => ({
            suggestions: (await ask(model, "Complete", position) ?? []).map(item => ({
                label: { label: item.label, description: item.detail },
                kind: languages.CompletionItemKind[item.isKey ? "Property" : "Value"],
                insertText: item.insert,
                documentation: item.explanation || undefined,
                command: item.isKey ? { id: "editor.action.triggerSuggest", title: "" } : undefined,
                range: { startLineNumber: position.lineNumber, endLineNumber: position.lineNumber, startColumn: item.from, endColumn: position.column },
            })),
        }),
    });
    languages.registerHoverProvider("yaml", {
        provideHover: async (model, position) => {
            const found = await ask(model, "Hover", position);
            return found && {
                contents: [{ value: `**${found.title.replace(/[\\`*_{}[\]<>#]/g, "\\$&")}**` }, { value: found.text.replace(/[\\`*_{}[\]<>#]/g, "\\$&") }],
                range: { startLineNumber: position.lineNumber, endLineNumber: position.lineNumber, startColumn: found.start, endColumn: found.end },
            };
        },
    });
};

// After "- id: n0" the next key stands below "id"; after "nodes:" what belongs to it stands deeper. Set once Monaco's own rules are there, which come late.
let ruled = false;
const rule = () => {
    if (ruled) return;
    ruled = true;
    const { IndentAction, setLanguageConfiguration } = window.monaco.languages;
    setLanguageConfiguration("yaml", {
        onEnterRules: [
            { beforeText: /:\s*[|>]?[-+]?\s*$/, action: { indentAction: IndentAction.Indent } },
            { beforeText: /^\s*-\s+[^:]+:\s+\S/, action: { indentAction: IndentAction.None, appendText: "  " } },
        ],
    });
};

const bytesOf = text => new Blob([text]).size;

/** To the form around it the host is a field like any other: it has a name, a value, and an event when that changes. */
export const create = async (host, server, text) => {
    await load();
    const editor = window.monaco.editor.create(host, {
        value: text, language: "yaml", ariaLabel: "Lab file, YAML. Control M lets Tab leave the editor.",
        automaticLayout: true, minimap: { enabled: false }, scrollBeyondLastLine: false, fixedOverflowWidgets: true, links: false,
        foldingMaximumRegions: 50000, fontSize: 13, tabSize: 2, insertSpaces: true, detectIndentation: false, wordBasedSuggestions: false,
        quickSuggestions: { other: true, strings: true, comments: false },
    });
    // Its spoken messages are no landmarks of the page, though it calls them so.
    for (const spoken of document.querySelectorAll(".monaco-aria-container [role=complementary]")) spoken.setAttribute("role", "status");
    const model = editor.getModel();
    editor.onDidChangeModelLanguageConfiguration(rule);
    const state = { editor, model, server, sent: Promise.resolve(), queue: 0, behind: false };
    Object.defineProperty(host, "value", { get: () => model.getValue(), configurable: true });
    // One after the other, so that the server's text is this one whenever it answers; none of those that the whole text overtook.
    const send = act => {
        const queue = state.queue;
        state.sent = state.sent.then(() => queue === state.queue && act()).catch(() => { state.behind = true; });
    };
    model.onDidChangeContent(event => {
        host.dispatchEvent(new Event("input", { bubbles: true }));
        if (state.behind || event.isFlush || event.changes.reduce((sum, change) => sum + change.text.length, 0) > inOneMessage || event.changes.length > 100) {
            sendAll(state).catch(() => { /* The next change sends all again; the draft is kept here. */ });
            return;
        }
        const changes = event.changes.map(change => ({ at: change.rangeOffset, drop: change.rangeLength, text: change.text }));
        const length = model.getValueLength();
        const queue = state.queue;
        send(async () => { if (!await server.invokeMethodAsync("Changed", changes, length) && queue === state.queue) await sendAll(state); });
    });
    host.addEventListener("paste", event => {
        const bytes = bytesOf(model.getValue()) + bytesOf(event.clipboardData?.getData("text/plain") ?? "");
        if (bytes <= mostBytes) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        server.invokeMethodAsync("TooLarge", bytes);
    }, true);
    // What was sent while the line was down is neither answered nor refused.
    state.back = event => { if (event.detail.state === "hide") sendAll(state).catch(() => { }); };
    document.getElementById("components-reconnect-modal")?.addEventListener("components-reconnect-state-changed", state.back);
    editors.set(model, state);
    host.ccm = state;
};

/** The whole text at once, in place of all that still waits to be sent. */
const sendAll = state => {
    state.queue++;
    const whole = new TextEncoder().encode(state.model.getValue());
    const arrived = state.server.invokeMethodAsync("Replaced", DotNet.createJSStreamReference(whole), state.model.getVersionId());
    state.sent = arrived.then(() => { state.behind = false; }, () => { state.behind = true; });
    return arrived;
};

/** Settles once the server has the text that is shown. @param hold Whether nothing is to be written from here on. */
export const flush = (host, hold) => { host.ccm.editor.updateOptions({ readOnly: hold }); return sendAll(host.ccm); };

export const release = host => host.ccm.editor.updateOptions({ readOnly: false });

/** Another text, as one edit that can be undone. */
export const replace = (host, text) => {
    const { editor, model } = host.ccm;
    editor.executeEdits("ccm", [{ range: model.getFullModelRange(), text }]);
    editor.pushUndoStop();
};

export const mark = (host, remarks) => {
    const { model } = host.ccm, { MarkerSeverity } = window.monaco;
    const severity = { Error: MarkerSeverity.Error, Warning: MarkerSeverity.Warning, Note: MarkerSeverity.Info };
    window.monaco.editor.setModelMarkers(model, "ccm", remarks.map(remark => {
        const line = Math.min(remark.line, model.getLineCount());
        return {
            severity: severity[remark.kind], message: remark.text, startLineNumber: line, endLineNumber: line,
            startColumn: remark.start ?? model.getLineFirstNonWhitespaceColumn(line) ?? 1, endColumn: remark.end ?? model.getLineMaxColumn(line),
        };
    }));
};

export const goTo = (host, line) => { const { editor } = host.ccm; editor.revealLineInCenter(line); editor.setPosition({ lineNumber: line, column: 1 }); editor.focus(); };

export const dispose = host => {
    const state = host?.ccm;
    if (!state) return;
    // The form around it may keep the text a moment later.
    Object.defineProperty(host, "value", { value: state.model.getValue() });
    document.getElementById("components-reconnect-modal")?.removeEventListener("components-reconnect-state-changed", state.back);
    editors.delete(state.model);
    state.editor.dispose();
    state.model.dispose();
};

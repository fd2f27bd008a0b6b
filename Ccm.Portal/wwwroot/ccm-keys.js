// Shortcuts press what is on the page: a link of the navigation, or a button that carries its key. What one may not see one cannot press.
(() => {
    const single = { get on() { return localStorage.getItem("ccm-single-keys") !== "off"; }, set on(value) { localStorage.setItem("ccm-single-keys", value ? "on" : "off"); } };
    const byId = id => document.getElementById(id);
    const press = key => {
        if (key === "sign-out") byId("sign-out")?.requestSubmit();
        else document.querySelector(`[data-shortcut="${CSS.escape(key)}"]`)?.click();
    };
    const open = dialog => { if (dialog && !dialog.open && !document.querySelector("main[inert]")) dialog.showModal(); };
    const openPalette = () => {
        const text = byId("ccm-palette-text");
        if (!text) return;
        // What was typed the last time is gone, on the server as well.
        if (text.value) { text.value = ""; text.dispatchEvent(new Event("input", { bubbles: true })); }
        open(byId("ccm-palette"));
        text.focus();
    };
    const openHelp = () => {
        const box = byId("ccm-single-keys");
        if (box) box.checked = single.on;
        open(byId("ccm-shortcuts"));
    };
    const typing = element => element.closest("input, textarea, select, [contenteditable], [role=textbox], .monaco-editor, .cm-editor") !== null;
    let going = -Infinity;
    document.addEventListener("keydown", event => {
        if (event.isComposing) return;
        if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
            event.preventDefault();
            openPalette();
            return;
        }
        if (event.target.id === "ccm-palette-text") {
            // The list moves, not the caret; and Enter is the palette's.
            if (["ArrowUp", "ArrowDown", "Enter"].includes(event.key)) event.preventDefault();
            return;
        }
        if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !single.on || typing(event.target) || document.querySelector("dialog[open], .mud-dialog")) return;
        const went = event.timeStamp - going < 1500;
        going = -Infinity;
        if (went && event.key.length === 1) {
            document.querySelector(`nav [data-key="${CSS.escape(event.key)}"]`)?.click();
        } else if (event.key === "g") {
            going = event.timeStamp;
        } else if (event.key === "/") {
            const search = document.querySelector("main input[type=search], main .ccm-search input");
            if (!search) return;
            search.focus();
            search.select();
        } else if (event.key === "?") {
            openHelp();
        } else if (event.key === "t" || event.key === "p") {
            press(event.key);
        } else {
            return;
        }
        event.preventDefault();
    });
    document.addEventListener("change", event => { if (event.target.id === "ccm-single-keys") single.on = event.target.checked; });
    document.addEventListener("click", event => {
        const button = event.target.closest("[data-opens]");
        if (button) (button.dataset.opens === "palette" ? openPalette : openHelp)();
        // Beside a dialog is its backdrop, which is the dialog itself.
        if (event.target instanceof HTMLDialogElement && (event.target.id === "ccm-palette" || event.target.id === "ccm-shortcuts")) event.target.close();
    });
    // The chosen hit stays in view, wherever the arrows lead.
    new MutationObserver(changes => {
        for (const change of changes) if (change.target.getAttribute("aria-selected") === "true" && change.target.id.startsWith("ccm-hit-")) change.target.scrollIntoView({ block: "nearest" });
    }).observe(document, { subtree: true, attributes: true, attributeFilter: ["aria-selected"] });
    window.ccm.press = press;
    window.ccm.closePalette = () => byId("ccm-palette")?.close();
})();

// Unsaved work of a form stays in this browser as it is typed, also while no replica answers. A form is an element that says in its
// data-key whose and which it is, and in its data-base what it is made from; its fields are what has a name and a value inside it.
(() => {
    const forms = new Map();
    // In which of them somebody typed, also before the server has asked for it to be kept.
    const typed = new WeakSet();
    document.addEventListener("input", event => {
        const root = event.target.hasAttribute("name") && event.target.closest("[data-key]");
        if (root) typed.add(root);
    }, true);
    const keep = id => {
        const form = forms.get(id);
        if (!form) return;
        clearTimeout(form.timer);
        form.timer = 0;
        const fields = {};
        for (const field of form.root.querySelectorAll("[name]")) {
            if (field.type === "radio" && !field.checked) continue;
            const value = field.type === "checkbox" ? String(field.checked) : field.value;
            // The editor is on its way: without its text there is nothing whole to keep.
            if (value === undefined) return;
            fields[field.getAttribute("name")] = value;
        }
        let kept = true;
        try {
            localStorage.setItem(form.root.dataset.key, JSON.stringify({ base: form.root.dataset.base ?? "", at: new Date().toISOString(), fields }));
        } catch {
            kept = false;
        }
        form.server.invokeMethodAsync("Kept", kept).catch(() => { /* No replica answers; what matters is kept. */ });
    };

    /** @param id Of this showing of the form: by the time it ends its element may be gone. */
    const begin = (id, root, server) => {
        const form = { root, server, timer: 0 };
        form.typed = event => {
            if (!event.target.hasAttribute("name")) return;
            clearTimeout(form.timer);
            form.timer = setTimeout(keep, 300, id);
        };
        form.hide = () => { if (form.timer) keep(id); };
        for (const event of ["input", "change"]) root.addEventListener(event, form.typed);
        window.addEventListener("pagehide", form.hide);
        forms.set(id, form);
        if (typed.has(root)) form.timer = setTimeout(keep, 300, id);
    };

    const end = id => {
        const form = forms.get(id);
        if (!form) return;
        form.hide();
        for (const event of ["input", "change"]) form.root.removeEventListener(event, form.typed);
        window.removeEventListener("pagehide", form.hide);
        forms.delete(id);
    };

    /** What was kept, as bytes, since it may be too long for one message; null as well, since bytes are what the server waits for. */
    const read = key => {
        let text = null;
        try { text = localStorage.getItem(key); } catch { /* This browser keeps nothing. */ }
        return new TextEncoder().encode(text ?? "null");
    };

    const drop = (key, id) => {
        const form = forms.get(id);
        if (form) {
            clearTimeout(form.timer);
            form.timer = 0;
        }
        try { localStorage.removeItem(key); } catch { /* It kept nothing. */ }
    };

    const download = (name, text) => {
        const link = document.createElement("a");
        link.href = URL.createObjectURL(new Blob([text], { type: "application/yaml" }));
        link.download = name;
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    };

    window.ccm.drafts = { begin, end, keep, read, drop, download };
})();

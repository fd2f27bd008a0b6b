// The viewer's theme and time zone go into cookies, so that the server paints the first page right.
(() => {
    const remember = (name, value) => { document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=31536000; samesite=lax`; };
    const known = name => document.cookie.split("; ").some(part => part.startsWith(`${name}=`));
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
    const first = !known("ccm-theme") || !known("ccm-tz");
    remember("ccm-tz", zone);
    if (!known("ccm-theme")) remember("ccm-theme", window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    // The very first page was made without knowing; nothing of it is painted yet. Without cookies it stays as it is.
    if (first && known("ccm-tz")) location.reload();
    // Rows keep their places from the first move of a pointer over them until it rests: whoever aims at a row hits that row.
    const hold = (body, table) => {
        let held = false, rest = 0;
        const tell = hold => {
            clearTimeout(rest);
            if (hold) rest = setTimeout(tell, 1500, false);
            if (held === hold) return;
            held = hold;
            table.invokeMethodAsync("Hold", hold).catch(() => { /* The circuit is gone; another one begins anew. */ });
        };
        const near = () => tell(true), gone = () => tell(false);
        const events = [["pointermove", near], ["pointerdown", near], ["pointerleave", gone]];
        for (const [name, act] of events) body.addEventListener(name, act, { passive: true });
        return () => { clearTimeout(rest); for (const [name, act] of events) body.removeEventListener(name, act); };
    };
    // Tells a long table which rows are in view, one call at a time, the newest place last.
    const following = new Map();
    const follow = (id, row, table, rowHeight, holds) => {
        const box = row.closest(".ccm-grid, .ccm-rows");
        if (!box) return;
        let busy = false, told = -1, size = -1;
        const tell = async () => {
            const first = Math.floor(box.scrollTop / rowHeight), count = Math.ceil(box.clientHeight / rowHeight);
            if (busy || (Math.abs(first - told) < 6 && told >= 0 && count === size)) return;
            busy = true;
            [told, size] = [first, count];
            try { await table.invokeMethodAsync("Show", first, count); } catch { /* The circuit is gone; another one begins anew. */ }
            busy = false;
            tell();
        };
        const resized = new ResizeObserver(tell);
        box.addEventListener("scroll", tell, { passive: true });
        resized.observe(box);
        const release = holds ? hold(row.closest("tbody"), table) : () => {};
        following.set(id, () => { box.removeEventListener("scroll", tell); resized.disconnect(); release(); });
    };
    const leave = id => { following.get(id)?.(); following.delete(id); };
    window.ccm = {
        follow,
        leave,
        // What was asked for and opened out of sight. It may be gone again.
        arrive: id => {
            const target = document.getElementById(id);
            target?.focus({ preventScroll: true });
            target?.scrollIntoView();
        },
        rememberTheme: dark => {
            remember("ccm-theme", dark ? "dark" : "light");
            document.documentElement.dataset.theme = dark ? "dark" : "light";
        },
        rememberColumns: text => remember("ccm-columns", text),
        copy: text => navigator.clipboard.writeText(text),
    };
})();

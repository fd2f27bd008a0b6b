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
    // Tells a long table which rows are in view, one call at a time, the newest place last.
    const following = new Map();
    const follow = (id, row, table, rowHeight) => {
        const box = row.closest(".ccm-grid");
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
        following.set(id, () => { box.removeEventListener("scroll", tell); resized.disconnect(); });
    };
    const leave = id => { following.get(id)?.(); following.delete(id); };
    window.ccm = {
        follow,
        leave,
        rememberTheme: dark => {
            remember("ccm-theme", dark ? "dark" : "light");
            document.documentElement.dataset.theme = dark ? "dark" : "light";
        },
        copy: text => navigator.clipboard.writeText(text),
        submit: id => document.getElementById(id).submit(),
    };
})();

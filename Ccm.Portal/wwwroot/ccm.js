// The viewer's theme and time zone go into cookies, so that the server paints the first page right.
(() => {
    const remember = (name, value) => { document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=31536000; samesite=lax`; };
    const known = name => document.cookie.split("; ").some(part => part.startsWith(`${name}=`));
    remember("ccm-tz", Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC");
    if (!known("ccm-theme")) {
        const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
        remember("ccm-theme", dark ? "dark" : "light");
    }
    window.ccm = {
        rememberTheme: dark => {
            remember("ccm-theme", dark ? "dark" : "light");
            document.documentElement.dataset.theme = dark ? "dark" : "light";
        },
        copy: text => navigator.clipboard.writeText(text),
        submit: id => document.getElementById(id).submit(),
    };
})();

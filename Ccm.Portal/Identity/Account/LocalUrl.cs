namespace Ccm.Portal.Identity.Account;

/// <summary>Where to go after sign-in: only ever somewhere on this site.</summary>
internal static class LocalUrl
{
    /// <summary>
    /// The given address if it is a path on this site, else <c>/</c>. Backslashes count as slashes in browsers, and control
    /// characters vanish from addresses there: both can turn a path into another host, and no honest address has them.
    /// </summary>
    public static string OrHome(string? url) => IsLocal(url) ? url! : "/";

    public static bool IsLocal(string? url) =>
        url is ['/', ..]
        && url is not ['/', '/', ..]
        && url.All(character => character is > ' ' and <= '~' and not '\\');
}

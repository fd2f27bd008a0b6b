namespace Ccm.Portal.Identity;

/// <summary>Files that hold secrets.</summary>
internal static class KeyFiles
{
    /// <summary>Makes the directory if it is absent; nobody but the owner may enter it.</summary>
    public static string Directory(string path)
    {
        if (OperatingSystem.IsWindows())
            System.IO.Directory.CreateDirectory(path);
        else
            System.IO.Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        return path;
    }

    /// <summary>The file's text; an absent file is first written whole, with the owner's rights only.</summary>
    public static string ReadOrCreate(string path, Func<string> create)
    {
        if (!File.Exists(path))
            Write(path, create());

        return File.ReadAllText(path);
    }

    /// <summary>Of two that begin at once the first wins and both read its file: a rename that finds the name taken changes nothing.</summary>
    private static void Write(string path, string text)
    {
        var fresh = $"{path}.{Guid.NewGuid():n}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

        using (var writer = new StreamWriter(fresh, options))
            writer.Write(text);

        try
        {
            File.Move(fresh, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(fresh);
        }
    }
}

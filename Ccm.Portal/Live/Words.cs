namespace Ccm.Portal.Live;

/// <summary>Words of the domain as they stand in a page's address.</summary>
internal static class Words
{
    /// <summary>The value of that name, upper or lower case; null for any other text, numbers and lists included.</summary>
    public static T? ValueOf<T>(string? name) where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (string.Equals(value.ToString(), name, StringComparison.OrdinalIgnoreCase))
                return value;
        }
        return null;
    }
}

using System.Globalization;
using System.Text;

namespace Ccm.Engine.Labs;

/// <summary>Writes YAML's double-quoted style.</summary>
internal static class YamlQuote
{
    /// <summary>
    /// Any text on one line. Escaped is only what YAML does not hold as it is; letters of all scripts and characters beyond the basic
    /// plane stay, since YAML has no surrogate escapes.
    /// </summary>
    public static string Quote(string value)
    {
        var quoted = new StringBuilder(value.Length + 2).Append('"');
        foreach (var character in value)
        {
            _ = character switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                < ' ' or (>= '\u007f' and <= '\u009f') or '\u2028' or '\u2029' or '\ufeff' or '\ufffe' or '\uffff' =>
                    quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}"),
                _ => quoted.Append(character),
            };
        }
        return quoted.Append('"').ToString();
    }
}

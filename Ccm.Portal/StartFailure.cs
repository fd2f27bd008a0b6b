using System.Net.Sockets;
using System.Text.RegularExpressions;
using Ccm.Engine.State;
using Microsoft.Extensions.Options;

namespace Ccm.Portal;

/// <summary>Settings that make a start impossible, in words that name the setting and the fix.</summary>
internal sealed class SettingsException(string message) : Exception(message);

/// <summary>Tells a start that the settings or the machine make impossible from a fault of the program.</summary>
internal static partial class StartFailure
{
    /// <summary>One line for the person who starts it; null when it is a fault, which keeps its stack trace.</summary>
    public static string? Explain(Exception exception) => exception switch
    {
        OptionsValidationException options => OneLine(string.Join(" ", options.Failures.Select(failure => WhatIsWrong(failure, $"{options.OptionsType.GetField("Section")?.GetValue(null)}")))),
        SettingsException or StateStoreSettingsException or FormatException or ArgumentException => OneLine(exception.Message),
        InvalidOperationException { InnerException: FormatException or ArgumentException or IOException or UnauthorizedAccessException } => OneLine(exception.Message),
        InvalidOperationException { Source: "Ccm.Engine" or "Ccm.Portal" } => OneLine(exception.Message),
        IOException { InnerException: Microsoft.AspNetCore.Connections.AddressInUseException or SocketException } => OneLine($"{exception.Message} Stop the other program, or give another address with --urls."),
        IOException or UnauthorizedAccessException => OneLine($"{exception.Message} Set Ccm:DataDirectory to a directory that this user may write."),
        AggregateException { InnerException: { } inner } => Explain(inner),
        _ => null,
    };

    /// <summary>The library's frame around an attribute's words is of no use to anybody.</summary>
    private static string WhatIsWrong(string failure, string section)
    {
        var words = Framed().Match(failure) is { Success: true } framed ? framed.Groups["words"].Value : failure;
        return words.StartsWith(section, StringComparison.Ordinal) ? words : $"{section}: {words}";
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    [GeneratedRegex("^DataAnnotation validation failed for .* with the error: '(?<words>.*)'\\.$", RegexOptions.Singleline)]
    private static partial Regex Framed();
}

using System.Net.Sockets;
using Ccm.Engine.State;
using Microsoft.Extensions.Options;

namespace Ccm.Portal;

/// <summary>Settings that make a start impossible, in words that name the setting and the fix.</summary>
internal sealed class SettingsException(string message) : Exception(message);

/// <summary>Tells a start that the settings or the machine make impossible from a fault of the program.</summary>
internal static class StartFailure
{
    /// <summary>One line for the person who starts it; null when it is a fault, which keeps its stack trace.</summary>
    public static string? Explain(Exception exception) => exception switch
    {
        OptionsValidationException options => OneLine($"{options.OptionsType.GetField("Section")?.GetValue(null)}: {string.Join(" ", options.Failures)}"),
        SettingsException or StateStoreSettingsException or FormatException or ArgumentException => OneLine(exception.Message),
        InvalidOperationException { InnerException: FormatException or ArgumentException or IOException or UnauthorizedAccessException } => OneLine(exception.Message),
        InvalidOperationException { Source: "Ccm.Engine" or "Ccm.Portal" } => OneLine(exception.Message),
        IOException { InnerException: Microsoft.AspNetCore.Connections.AddressInUseException or SocketException } => OneLine($"{exception.Message} Stop the other program, or give another address with --urls."),
        IOException or UnauthorizedAccessException => OneLine($"{exception.Message} Set Ccm:DataDirectory to a directory that this user may write."),
        AggregateException { InnerException: { } inner } => Explain(inner),
        _ => null,
    };

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}

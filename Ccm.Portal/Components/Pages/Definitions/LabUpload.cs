using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Components.Forms;

namespace Ccm.Portal.Components.Pages.Definitions;

/// <summary>The text of a lab file that somebody chose, or why there is none.</summary>
internal sealed partial record LabUpload(string FileName, string Yaml, string? Problem)
{
    private const long MostBytes = 2 * 1024 * 1024;

    public static async Task<LabUpload> ReadAsync(InputFileChangeEventArgs chosen, ILogger log)
    {
        if (chosen.FileCount > 1)
            return Refuse($"{chosen.FileCount} files", "These are several files. Drop one lab file at a time.");
        var (name, size) = (chosen.File.Name, chosen.File.Size);
        if (size > MostBytes)
            return Refuse(name, string.Create(CultureInfo.InvariantCulture, $"{name} has {size / 1048576.0:0.0} MB; a lab file has at most 2 MB. Remove what is not part of the topology, such as large configurations."));
        try
        {
            using var reader = new StreamReader(chosen.File.OpenReadStream(MostBytes), new UTF8Encoding(false, throwOnInvalidBytes: true));
            return new LabUpload(name, await reader.ReadToEndAsync(), null);
        }
        catch (DecoderFallbackException)
        {
            return Refuse(name, $"{name} could not be read as UTF-8 text. Export the lab from CML again.");
        }
        catch (Exception exception)
        {
            LogUnread(log, exception);
            return Refuse(name, $"{name} did not arrive whole. Choose it again.");
        }
    }

    private static LabUpload Refuse(string name, string problem) => new(name, "", problem);

    [LoggerMessage(8102, LogLevel.Warning, "A lab file could not be read.")]
    private static partial void LogUnread(ILogger logger, Exception exception);
}

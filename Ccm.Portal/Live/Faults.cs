using Ccm.Engine.Control;
using Ccm.Engine.Labs;
using Ccm.Engine.State;

namespace Ccm.Portal.Live;

/// <summary>What people are told when what they asked for went wrong. The inside of a fault goes to the log only.</summary>
internal static partial class Faults
{
    public const string Unknown = "Something went wrong, and whether it was carried out is not known. Look at the state shown before you try again.";

    /// <summary>A refusal in its own words; anything else is logged and told without its inside.</summary>
    public static string Describe(Exception exception, ILogger log)
    {
        if (exception is RefusedException or LabRefusedException)
            return exception.Message;
        LogFault(log, exception);
        return exception is StateStoreUnavailableException ? "The state store does not answer. Try again in a few seconds." : Unknown;
    }

    [LoggerMessage(8101, LogLevel.Error, "A page's action failed.")]
    private static partial void LogFault(ILogger logger, Exception exception);
}

using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Ccm.Bench.Servers;

/// <summary>Signals that .NET has no call for.</summary>
internal static class Signals
{
    /// <summary>Asks the process to end, as a service manager does.</summary>
    public static void Terminate(Process process)
    {
        if (Kill(process.Id, 15) != 0)
            throw new InvalidOperationException($"Process {process.Id} could not be told to end.");
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Kill(int process, int signal);
}

using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Ccm.Tests.Servers;

/// <summary>What is done to a process from outside.</summary>
internal static class Signals
{
    private const int Terminate = 15;
    private const int Continue = 18;
    private const int Stop = 19;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>It does nothing any more until <see cref="Resume"/>; its connections stay open.</summary>
    public static void Pause(this Process process)
    {
        Send(process, Stop);
        // The signal is sent when the call returns; each thread stops a moment later.
        Assert.True(SpinWait.SpinUntil(() => IsStopped(process), Patience), $"Process {process.Id} did not stop.");
    }

    public static void Resume(this Process process) => Send(process, Continue);

    /// <summary>Asks it to end as an operator does.</summary>
    public static void AskToEnd(this Process process) => Send(process, Terminate);

    private static bool IsStopped(Process process)
    {
        try
        {
            return Directory.GetDirectories($"/proc/{process.Id}/task").All(thread => File.ReadAllText($"{thread}/stat") is var stat && stat[stat.LastIndexOf(')') + 2] == 'T');
        }
        catch (IOException)
        {
            // A thread ended while it was looked at.
            return false;
        }
    }

    private static void Send(Process process, int signal)
    {
        if (Kill(process.Id, signal) != 0)
            throw new InvalidOperationException($"Signal {signal} could not be sent.");
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Kill(int process, int signal);
}

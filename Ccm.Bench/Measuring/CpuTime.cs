using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Ccm.Bench.Measuring;

/// <summary>CPU time of a process to the nanosecond, of threads that have ended too; what <see cref="Process"/> tells moves in steps of 10 ms.</summary>
internal static class CpuTime
{
    public static TimeSpan Of(Process process) =>
        ClockOf(process.Id, out var clock) == 0 && TimeOf(clock, out var time) == 0
            ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1000.0)
            : throw new BenchException($"The CPU time of process {process.Id} cannot be read: it has ended, or this is not Linux.");

    [DllImport("libc", EntryPoint = "clock_getcpuclockid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int ClockOf(int process, out int clock);

    [DllImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int TimeOf(int clock, out Timespec time);

    private readonly record struct Timespec(long Seconds, long Nanoseconds);
}

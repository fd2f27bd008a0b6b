using System.Globalization;

namespace Ccm.Engine.Domain;

/// <summary>Numbers of things as people read them: <c>1 core</c>, <c>4,000 cores</c>.</summary>
public static class Counted
{
    /// <param name="one">What one of them is called; several have an s at its end.</param>
    public static string Of(long number, string one) => Of(number, one, one + "s");

    /// <param name="many">What several of them are called, and none of them.</param>
    public static string Of(long number, string one, string many) => $"{Number(number)} {(number == 1 ? one : many)}";

    /// <summary>What a lab or a host has, in one line.</summary>
    public static string Of(LabResources amounts) => $"{Of(amounts.CpuCores, "core")}, {Number(amounts.MemoryGb)} GB memory, {Number(amounts.StorageGb)} GB storage";

    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}

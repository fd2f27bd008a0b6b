using System.Globalization;
using Ccm.Engine.Domain;
using Ccm.Engine.Lifecycle;

namespace Ccm.Portal.Components.Pages.Workers;

/// <summary>How a drain is spoken of.</summary>
internal static class DrainWords
{
    public const string Estimated = "(estimated: its slot begins when it runs)";

    /// <summary>Amounts beside those of all that takes work, and what share they are; null when nothing is lost.</summary>
    public static string? Loss(DrainLoss loss)
    {
        if (loss.Templates.IsEmpty)
            return null;
        var (lost, fleet) = (loss.Lost, loss.Fleet);
        var amounts = new[] { (lost.CpuCores, fleet.CpuCores, "core", "cores"), (lost.MemoryGb, fleet.MemoryGb, "GB of memory", "GB of memory"), (lost.StorageGb, fleet.StorageGb, "GB of storage", "GB of storage"), (lost.Nodes, fleet.Nodes, "licensed node", "licensed nodes") }
            .Where(amount => amount.Item1 > 0).Select(amount => $"{Counted.Number(amount.Item1)} of {Counted.Of(amount.Item2, amount.Item3, amount.Item4)} ({Share(amount.Item1, amount.Item2)})");
        var workers = loss.Templates.Select(template => $"{Counted.Number(template.Lost)} of {Counted.Number(template.All)} of template {template.Template} ({Share(template.Lost, template.All)})");
        return $"Of what takes work the fleet loses {string.Join(", ", amounts)}; of the workers {string.Join(", ", workers)}."
            + (loss.ForGood ? "" : $" It is back once {(loss.Templates.Sum(template => template.Lost) == 1 ? "the worker is" : "the workers are")} started again.");
    }

    /// <summary>Appended to when the last of several is free.</summary>
    /// <param name="plans">How many go on for longer than a drain may.</param>
    public static string Overdue(int plans) => plans switch
    {
        0 => ", and no drain becomes overdue",
        _ => $", and {Counted.Of(plans, "drain")} may become overdue before",
    };

    private static string Share(int part, int all) => 100L * part < all ? "under 1 %" : string.Create(CultureInfo.InvariantCulture, $"{(double)part / all:P0}");
}

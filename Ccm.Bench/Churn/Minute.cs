using System.Collections.Immutable;
using System.Globalization;
using Ccm.Bench.Measuring;

namespace Ccm.Bench.Churn;

/// <summary>How everything stood at one minute of a run.</summary>
/// <param name="Live">Labs that have not ended.</param>
/// <param name="Ended">Labs that were reserved and have ended.</param>
/// <param name="Workers">Workers with a host.</param>
/// <param name="MemoryMb">Resident memory of the portal's process.</param>
/// <param name="EtcdMb">etcd's database on disk.</param>
/// <param name="EtcdUsedMb">What of it holds something.</param>
internal sealed record Minute(int Number, int Live, int Ended, int Workers, double MemoryMb, double EtcdMb, double EtcdUsedMb)
{
    public static string Head => "minute    live   ended  workers  memory MB  etcd MB  in use MB";

    public string Line => string.Create(CultureInfo.InvariantCulture, $"{Number,6}  {Live,6}  {Ended,6}  {Workers,7}  {MemoryMb,9:0}  {EtcdMb,7:0.0}  {EtcdUsedMb,9:0.0}");

    /// <summary>The last third of a load that stays the same against the third before it: 1 is flat. The first third fills what is kept for a time.</summary>
    public static double Growth(ImmutableArray<Minute> loaded, Func<Minute, double> of)
    {
        var third = loaded.Length / 3;
        return new Sample(loaded[^third..].Select(of)).Median / new Sample(loaded[^(2 * third)..^third].Select(of)).Median;
    }
}

using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Milvus.Filtering;

/// <summary>
/// The wall-clock time of samples in whole ticks of 100 ns, so that Milvus can compare it: the last tick that is not behind the
/// sample, which is within a bound exactly if the sample's own seconds are (<see cref="VectorFilter.Window"/>).
/// </summary>
internal static class WallClock
{
    /// <summary>Of samples whose time is not known; below every bound.</summary>
    public const long Unknown = -1;

    public static long Of(DateTimeOffset? recordedAt, double seconds)
    {
        if (recordedAt is not { } start) return Unknown;
        var ticks = (long)Math.Floor(seconds * TimeSpan.TicksPerSecond);
        // The product may be off by its rounding.
        while (Seconds(ticks + 1) <= seconds) ticks++;
        while (Seconds(ticks) > seconds) ticks--;
        return Math.Max(0, start.UtcTicks + ticks);
    }

    private static double Seconds(long ticks) => (double)ticks / TimeSpan.TicksPerSecond;
}

namespace ClusterSearch.Archive.Watching;

internal static class Timestamps
{
    /// <summary>A span in units of the clock's timestamps.</summary>
    public static long Ticks(this TimeProvider time, TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);
}

namespace ClusterSearch.Index.Scoring;

/// <summary>Which of a unit's ascending sample times lie in [from, to).</summary>
internal static class SampleWindow
{
    public static int CountIn(ReadOnlySpan<double> seconds, double from, double to)
    {
        // Nearly always all or none.
        if (seconds[0] >= from && seconds[^1] < to) return seconds.Length;
        if (seconds[^1] < from || seconds[0] >= to) return 0;
        var count = 0;
        foreach (var second in seconds)
            if (second >= from && second < to) count++;
        return count;
    }
}

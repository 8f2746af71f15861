using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Index.Scoring;

/// <summary>The seconds [From, To) of a video that pass a filter.</summary>
internal readonly record struct SampleWindow(double From, double To)
{
    public bool IsEverything => double.IsNegativeInfinity(From) && double.IsPositiveInfinity(To);

    /// <summary>Call only for a video that the filter admits.</summary>
    public static SampleWindow Of(VectorFilter filter, VideoAttributes attributes)
    {
        var (from, to) = filter.Window(attributes);
        return new SampleWindow(from, to);
    }

    public bool Contains(double second) => second >= From && second < To;

    /// <param name="seconds">Ascending, at least one.</param>
    public int CountIn(ReadOnlySpan<double> seconds)
    {
        // Nearly always all or none.
        if (seconds[0] >= From && seconds[^1] < To) return seconds.Length;
        if (seconds[^1] < From || seconds[0] >= To) return 0;
        var count = 0;
        foreach (var second in seconds)
            if (Contains(second)) count++;
        return count;
    }
}

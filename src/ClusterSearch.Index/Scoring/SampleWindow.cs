using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Segments;

namespace ClusterSearch.Index.Scoring;

/// <summary>The seconds [From, To) of a video that pass a filter.</summary>
internal readonly record struct SampleWindow(double From, double To)
{
    public static SampleWindow Everything { get; } = new(double.NegativeInfinity, double.PositiveInfinity);

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

    /// <summary>The units of a run that may hold samples of the window, and whether all of theirs lie in it.</summary>
    /// <param name="video">Of the run, in the segment.</param>
    public (UnitRun Run, bool IsWhole) Cut(Segment segment, int video, UnitRun run)
    {
        if (IsEverything) return (run, true);
        var extent = segment.Videos.Extents[video];
        if (extent.FromSeconds >= From && extent.ToSeconds < To) return (run, true);
        if (extent.ToSeconds < From || extent.FromSeconds >= To || !AreTimesWhole(segment, run)) return (run with { End = run.First }, true);
        if (!extent.IsAscending) return (run, false);
        var from = From;
        var to = To;
        var first = Boundary(segment, run, unit => LastSecond(segment, unit) >= from);
        var end = Boundary(segment, run with { First = first }, unit => segment.Seconds(unit.SampleOffset, 1)[0] >= to);
        return (run with { First = first, End = end }, false);
    }

    private static bool AreTimesWhole(Segment segment, UnitRun run)
    {
        if (run.First == run.End) return true;
        return segment.AreUnitsWhole(run.First, run.End - run.First)
            && segment.AreSecondsWhole(segment.Units[run.First].SampleOffset, (int)segment.SamplesIn(run.First, run.End));
    }

    private static double LastSecond(Segment segment, UnitRow unit) => segment.Seconds(unit.SampleOffset + unit.Count - 1, 1)[0];

    /// <summary>The first unit of which something is true; it stays true behind it.</summary>
    private static int Boundary(Segment segment, UnitRun run, Func<UnitRow, bool> isBehind)
    {
        var (low, high) = (run.First, run.End);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (isBehind(segment.Units[middle])) high = middle;
            else low = middle + 1;
        }
        return low;
    }
}

using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Segments;

namespace ClusterSearch.Index;

/// <summary>A video's attributes and its live units, as runs in order of their first samples.</summary>
internal sealed record VideoUnits(VideoId Id, VideoAttributes Attributes, UnitRun[] Runs)
{
    /// <param name="segments">Oldest first: a unit is hidden by what later ones replace.</param>
    /// <returns>Null when no unit of the video is live.</returns>
    public static VideoUnits? Of(VideoId id, IReadOnlyList<Segment> segments)
    {
        VideoAttributes? attributes = null;
        var hidden = new List<SampleRange>();
        var places = new List<(long FirstSample, int Segment, int Unit)>();
        for (var i = segments.Count - 1; i >= 0; i--)
        {
            var video = segments[i].IndexOf(id);
            if (video < 0) continue;
            attributes ??= segments[i].VideoAttributes[video];
            var units = segments[i].Units;
            for (var unit = segments[i].FirstUnits[video]; unit < segments[i].FirstUnits[video + 1]; unit++)
                if (!IsIn(hidden, units[unit].FirstSample)) places.Add((units[unit].FirstSample, i, unit));
            foreach (var cover in segments[i].Covers[video]) SampleRanges.Add(hidden, cover);
        }
        if (places.Count == 0) return null;
        places.Sort((left, right) => left.FirstSample.CompareTo(right.FirstSample));
        return new VideoUnits(id, attributes!, RunsOf(places));
    }

    private static bool IsIn(List<SampleRange> ranges, long number)
    {
        foreach (var range in ranges)
            if (range.Contains(number)) return true;
        return false;
    }

    private static UnitRun[] RunsOf(List<(long FirstSample, int Segment, int Unit)> places)
    {
        var runs = new List<UnitRun>();
        foreach (var (_, segment, unit) in places)
        {
            if (runs.Count > 0 && runs[^1].Segment == segment && runs[^1].End == unit) runs[^1] = runs[^1] with { End = unit + 1 };
            else runs.Add(new UnitRun(segment, unit, unit + 1));
        }
        return [.. runs];
    }
}

/// <summary>Units [First, End) of a segment, the view's Segment-th.</summary>
internal readonly record struct UnitRun(int Segment, int First, int End);

using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Segments;

namespace ClusterSearch.Index;

/// <summary>A video's attributes and its live units, as runs in order of their first samples.</summary>
/// <param name="SampleCount">Of all runs.</param>
internal sealed record VideoUnits(VideoId Id, VideoAttributes Attributes, UnitRun[] Runs, long SampleCount)
{
    /// <param name="holders">Indices of the segments that name the video, oldest first.</param>
    /// <param name="segments">Oldest first: a unit is hidden by what later ones replace.</param>
    /// <returns>Null when no unit of the video is live.</returns>
    public static VideoUnits? Of(VideoId id, IReadOnlyList<int> holders, IReadOnlyList<Segment> segments)
    {
        VideoAttributes? attributes = null;
        var hidden = new List<SampleRange>();
        var runs = new List<(long First, long Last, UnitRun Run)>();
        for (var i = holders.Count - 1; i >= 0; i--)
        {
            var segment = segments[holders[i]];
            var video = segment.IndexOf(id);
            attributes ??= segment.Videos.Attributes[video];
            AddLive(runs, hidden, segment, holders[i], video);
            foreach (var cover in segment.Videos.Covers[video]) SampleRanges.Add(hidden, cover);
        }
        if (runs.Count == 0) return null;
        runs.Sort((left, right) => left.First.CompareTo(right.First));
        var areApart = true;
        for (var i = 1; i < runs.Count; i++) areApart &= runs[i].First > runs[i - 1].Last;
        UnitRun[] ordered = areApart ? [.. runs.Select(run => run.Run)] : [.. Interleaved(runs.Select(run => run.Run), segments)];
        return new VideoUnits(id, attributes!, ordered, ordered.Sum(run => segments[run.Segment].SamplesIn(run.First, run.End)));
    }

    /// <summary>What a segment replaced at two places has what was between them in an older one.</summary>
    private static IEnumerable<UnitRun> Interleaved(IEnumerable<UnitRun> runs, IReadOnlyList<Segment> segments)
    {
        var places = new List<(long FirstSample, int Segment, int Unit)>();
        foreach (var run in runs.Where(run => segments[run.Segment].AreUnitsWhole(run.First, run.End - run.First)))
            for (var unit = run.First; unit < run.End; unit++) places.Add((segments[run.Segment].Unit(unit).FirstSample, run.Segment, unit));
        places.Sort((left, right) => left.FirstSample.CompareTo(right.FirstSample));
        UnitRun? open = null;
        foreach (var (_, segment, unit) in places)
        {
            if (open is { } last && last.Segment == segment && last.End == unit)
            {
                open = last with { End = unit + 1 };
                continue;
            }
            if (open is { } closed) yield return closed;
            open = new UnitRun(segment, unit, unit + 1);
        }
        if (open is { } end) yield return end;
    }

    /// <summary>A video's units in one segment, without those in hidden ranges, and parted there: what replaced them lies in between.</summary>
    private static void AddLive(List<(long, long, UnitRun)> runs, List<SampleRange> hidden, Segment segment, int index, int video)
    {
        var (first, end) = (segment.Videos.FirstUnits[video], segment.Videos.FirstUnits[video + 1]);
        if (first == end) return;
        var extent = segment.Videos.Extents[video];
        var reaching = hidden.Where(range => range.First <= extent.LastNumber && range.End > extent.FirstNumber).OrderBy(range => range.First).ToList();
        if (reaching.Count == 0)
        {
            runs.Add((extent.FirstNumber, extent.LastNumber, new UnitRun(index, first, end)));
            return;
        }
        // Where they lie is not known without their rows: of a damaged table nothing is found.
        if (!segment.AreUnitsWhole(first, end - first)) return;
        foreach (var range in reaching)
        {
            Add(first, FirstFrom(range.First));
            first = Math.Max(first, FirstFrom(range.End));
        }
        Add(first, end);

        int FirstFrom(long number)
        {
            var (low, high) = (segment.Videos.FirstUnits[video], end);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (segment.Units[middle].FirstSample < number) low = middle + 1;
                else high = middle;
            }
            return low;
        }

        void Add(int from, int to)
        {
            if (from < to) runs.Add((segment.Units[from].FirstSample, segment.Units[to - 1].FirstSample, new UnitRun(index, from, to)));
        }
    }
}

/// <summary>Units [First, End) of a segment, the view's Segment-th.</summary>
internal readonly record struct UnitRun(int Segment, int First, int End);

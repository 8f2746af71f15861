using ClusterSearch.Core.Footage;

namespace ClusterSearch.Index;

/// <summary>Lists of ranges that neither touch nor overlap, in no order: a video's chunks, one beside the other, are one range.</summary>
internal static class SampleRanges
{
    public static List<SampleRange> Union(IEnumerable<SampleRange> ranges)
    {
        var union = new List<SampleRange>();
        foreach (var range in ranges) Add(union, range);
        return union;
    }

    public static void Add(List<SampleRange> ranges, SampleRange added)
    {
        if (added.IsEmpty) return;
        var (first, end) = (added.First, added.End);
        for (var i = ranges.Count - 1; i >= 0; i--)
        {
            if (ranges[i].First > end || ranges[i].End < first) continue;
            first = Math.Min(first, ranges[i].First);
            end = Math.Max(end, ranges[i].End);
            ranges.RemoveAt(i);
        }
        ranges.Add(new SampleRange(first, end));
    }
}

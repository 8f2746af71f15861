using ClusterSearch.Core.Footage;
using ClusterSearch.Index.Segments;

namespace ClusterSearch.Index;

/// <summary>
/// Which neighbouring segments are to be written anew as one, and what goes into it. Segments of a size at the end, as many
/// as the merge width, become one of the next size: neither their number nor the rewriting of a sample grows faster than the
/// logarithm of the samples, until a segment has half of the largest size; it is left alone from then on. A segment of
/// which less than half is live is written anew by itself.
/// </summary>
internal static class Compaction
{
    // Half of a chunk at one sample a second, so that eight chunks are of the next size.
    private const int SmallestSamples = 64;

    /// <param name="view">As it is.</param>
    /// <param name="options">Sizes.</param>
    /// <param name="isDamaged">Whether something live in a segment is damaged: such a one is left as it is until its videos are written anew.</param>
    /// <returns>Null when all is well.</returns>
    public static Range? Next(IndexView view, EmbeddedIndexOptions options, Predicate<int> isDamaged)
    {
        var count = view.Segments.Count;
        for (var i = 0; i < count; i++)
        {
            // A segment of covers alone hides something: it waits for a merge, unless there is nothing older.
            if ((2 * view.LiveSamples[i] < view.Segments[i].SampleCount || (i == 0 && view.LiveSamples[i] == 0)) && !isDamaged(i)) return i..(i + 1);
        }
        var first = count;
        long samples = 0;
        while (first > 0 && CanJoin(view.Segments[first - 1].SampleCount) && !isDamaged(first - 1)) samples += view.Segments[--first].SampleCount;
        var isLarge = 2 * samples >= options.MaximumMergedSamples;
        return count - first >= options.MergeWidth || (isLarge && count - first > 1) ? first..count : null;

        bool CanJoin(long size) => 2 * size < options.MaximumMergedSamples && samples + size <= options.MaximumMergedSamples
            && SizeClass(size, options) <= SizeClass(view.Segments[count - 1].SampleCount, options);
    }

    /// <summary>The live units of the segments [first, end), and the covers that older ones still need.</summary>
    /// <returns>Ordered by video.</returns>
    public static IReadOnlyList<SegmentVideo> LiveContent(IndexView view, int first, int end)
    {
        var content = new List<SegmentVideo>();
        var segments = view.Segments.Skip(first).Take(end - first).ToList();
        var older = view.Segments.Take(first).ToList();
        foreach (var id in segments.SelectMany(segment => segment.Videos.Ids).Distinct().Order())
        {
            var units = new List<SegmentUnit>();
            foreach (var run in view.Find(id)?.Runs ?? [])
            {
                if (run.Segment < first || run.Segment >= end) continue;
                for (var unit = run.First; unit < run.End; unit++) units.Add(new SegmentUnit(view.Segments[run.Segment], unit));
            }
            var isInOlder = older.Exists(segment => segment.IndexOf(id) >= 0);
            if (units.Count == 0 && !isInOlder) continue;
            var holders = segments.Where(segment => segment.IndexOf(id) >= 0).ToList();
            IReadOnlyList<SampleRange> covers = isInOlder ? SampleRanges.Union(holders.SelectMany(segment => segment.Videos.Covers[segment.IndexOf(id)])) : [];
            content.Add(new SegmentVideo(id, holders[^1].Videos.Attributes[holders[^1].IndexOf(id)], covers, units));
        }
        return content;
    }

    private static int SizeClass(long samples, EmbeddedIndexOptions options)
    {
        var sizeClass = 0;
        for (var size = (double)SmallestSamples; samples >= size * options.MergeWidth; size *= options.MergeWidth) sizeClass++;
        return sizeClass;
    }
}

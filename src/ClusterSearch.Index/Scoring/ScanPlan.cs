using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Segments;

namespace ClusterSearch.Index.Scoring;

/// <summary>
/// What a search goes through, in the order in which it lies: units of segments. A filter becomes ranges before anything is
/// scored: whole videos by the segments' tables, parts of videos by halving their times. Where a range is cut in time its
/// window goes with it and decides about single samples.
/// </summary>
internal sealed class ScanPlan
{
    private readonly IndexView _view;
    private readonly List<(int Segment, RowRange Range, SampleWindow Window)> _ranges;
    private readonly ScanChunks?[] _chunks = new ScanChunks?[2];

    private ScanPlan(IndexView view, List<(int Segment, RowRange Range, SampleWindow Window)> ranges, string description)
    {
        (_view, _ranges) = (view, ranges);
        foreach (var (segment, range, _) in ranges) PieceCount += view.Segments[segment].PieceAt(range.End) - view.Segments[segment].PieceAt(range.First);
        Description = $"{description}, {PieceCount} pieces in {ranges.Select(range => range.Segment).Distinct().Count()} of {view.Segments.Count} segments";
    }

    public long PieceCount { get; }

    /// <summary>For people.</summary>
    public string Description { get; }

    public static ScanPlan Of(IndexView view, VectorFilter filter)
    {
        var ranges = filter.IsEmpty ? Everything(view) : Passing(view, filter);
        return new ScanPlan(view, ranges, filter.IsEmpty ? "everything" : $"filter to {ranges.Count} ranges");
    }

    /// <summary>The codes of one level, in parts for threads to share.</summary>
    public ScanChunks At(CoarseLevel level) => _chunks[(int)level] ??= ScanChunks.Of(_view, _ranges, level);

    private static List<(int Segment, RowRange Range, SampleWindow Window)> Everything(IndexView view) =>
        [.. Enumerable.Range(0, view.Segments.Count).SelectMany(segment => view.LiveUnits(segment).Select(range => (segment, range, SampleWindow.Everything)))];

    private static List<(int Segment, RowRange Range, SampleWindow Window)> Passing(IndexView view, VectorFilter filter)
    {
        var whole = new List<(int Segment, RowRange Range)>();
        var passing = new List<(int Segment, RowRange Range, SampleWindow Window)>();
        foreach (var video in Admitted(view, filter))
        {
            var window = SampleWindow.Of(filter, video.Attributes);
            if (!(window.From < window.To)) continue;
            foreach (var run in video.Runs)
            {
                var segment = view.Segments[run.Segment];
                var (cut, isWhole) = window.IsEverything ? (run, true) : window.Cut(segment, segment.IndexOf(video.Id), run);
                if (cut.First == cut.End) continue;
                var range = new RowRange(cut.First, cut.End);
                if (isWhole) whole.Add((run.Segment, range));
                else passing.Add((run.Segment, range, window));
            }
        }
        foreach (var segment in whole.GroupBy(range => range.Segment))
            passing.AddRange(RowRange.Join(segment.Select(range => range.Range).OrderBy(range => range.First)).Select(range => (segment.Key, range, SampleWindow.Everything)));
        passing.Sort((left, right) => (left.Segment, left.Range.First).CompareTo((right.Segment, right.Range.First)));
        return passing;
    }

    /// <summary>Videos that a filter lets pass; few wanted ones are looked up.</summary>
    public static IEnumerable<VideoUnits> Admitted(IndexView view, VectorFilter filter)
    {
        IEnumerable<VideoUnits> videos = filter.Videos is { } wanted && wanted.Count < view.Videos.Length / 8
            ? wanted.Order().Select(view.Find).OfType<VideoUnits>()
            : view.Videos;
        return videos.Where(video => filter.Admits(video.Id, video.Attributes));
    }
}

using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Kernels;

namespace ClusterSearch.Index.Scoring;

/// <summary>
/// What a search goes through, in the order in which it lies: pieces of segments, in chunks for threads to share. A filter becomes
/// ranges before anything is scored: whole videos by the segments' tables, parts of videos by halving their times. Where a range
/// is cut in time its window goes with it and decides about single samples.
/// </summary>
internal sealed class ScanPlan
{
    /// <summary>As many codes, sums and bounds as stay in a core's second cache.</summary>
    public const int BlocksPerChunk = 64;

    private ScanPlan(IReadOnlyList<ScanChunk> chunks, long pieceCount, string description)
    {
        Chunks = chunks;
        PieceCount = pieceCount;
        BlockCount = chunks.Count == 0 ? 0 : chunks[^1].FirstBound / SignCodes.RowsPerBlock + chunks[^1].BlockCount;
        Description = description;
    }

    public IReadOnlyList<ScanChunk> Chunks { get; }

    public long PieceCount { get; }

    /// <summary>Blocks of codes of all chunks; those at the ends of ranges may be there twice.</summary>
    public int BlockCount { get; }

    /// <summary>For people.</summary>
    public string Description { get; }

    public static ScanPlan Of(IndexView view, VectorFilter filter)
    {
        var ranges = filter.IsEmpty ? Everything(view) : Passing(view, filter);
        var chunks = new List<ScanChunk>();
        var firstBound = 0;
        long pieces = 0;
        foreach (var (segment, range, window) in ranges)
        {
            pieces += range.Count;
            var endBlock = (range.End + SignCodes.RowsPerBlock - 1) / SignCodes.RowsPerBlock;
            for (var block = range.First / SignCodes.RowsPerBlock; block < endBlock; block += BlocksPerChunk)
            {
                var blockCount = Math.Min(BlocksPerChunk, endBlock - block);
                chunks.Add(new ScanChunk(segment, block, blockCount,
                    Math.Max(range.First, block * SignCodes.RowsPerBlock), Math.Min(range.End, (block + blockCount) * SignCodes.RowsPerBlock), window, firstBound));
                firstBound = checked(firstBound + blockCount * SignCodes.RowsPerBlock);
            }
        }
        return new ScanPlan(chunks, pieces, filter.IsEmpty
            ? $"{pieces} pieces in {view.Segments.Count} segments"
            : $"filter to {ranges.Count} ranges, {pieces} pieces in {ranges.Select(range => range.Segment).Distinct().Count()} of {view.Segments.Count} segments");
    }

    private static List<(int Segment, PieceRange Range, SampleWindow Window)> Everything(IndexView view) =>
        [.. Enumerable.Range(0, view.Segments.Count).SelectMany(segment => view.LivePieces(segment).Select(range => (segment, range, SampleWindow.Everything)))];

    private static List<(int Segment, PieceRange Range, SampleWindow Window)> Passing(IndexView view, VectorFilter filter)
    {
        var whole = new List<(int Segment, PieceRange Range)>();
        var passing = new List<(int Segment, PieceRange Range, SampleWindow Window)>();
        foreach (var video in Admitted(view, filter))
        {
            var window = SampleWindow.Of(filter, video.Attributes);
            if (!(window.From < window.To)) continue;
            foreach (var run in video.Runs)
            {
                var segment = view.Segments[run.Segment];
                var (cut, isWhole) = window.IsEverything ? (run, true) : window.Cut(segment, segment.IndexOf(video.Id), run);
                if (cut.First == cut.End) continue;
                var range = new PieceRange(segment.PieceAt(cut.First), segment.PieceAt(cut.End));
                if (isWhole) whole.Add((run.Segment, range));
                else passing.Add((run.Segment, range, window));
            }
        }
        foreach (var segment in whole.GroupBy(range => range.Segment))
            passing.AddRange(PieceRange.Join(segment.Select(range => range.Range).OrderBy(range => range.First)).Select(range => (segment.Key, range, SampleWindow.Everything)));
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

/// <summary>A part of a scan.</summary>
/// <param name="Segment">Of the view.</param>
/// <param name="FirstBlock">Its first block of codes in the segment.</param>
/// <param name="First">Its first piece; those before it in the first block do not belong to it.</param>
/// <param name="End">One behind the last.</param>
/// <param name="Window">What may be found of it.</param>
/// <param name="FirstBound">Where the bounds of its first block's rows lie among those of all chunks.</param>
internal readonly record struct ScanChunk(int Segment, int FirstBlock, int BlockCount, int First, int End, SampleWindow Window, int FirstBound);

using ClusterSearch.Index.Kernels;
using ClusterSearch.Index.Segments;

namespace ClusterSearch.Index.Scoring;

/// <summary>A plan's codes of one level, in chunks for threads to share.</summary>
/// <param name="Level">What a code stands for.</param>
/// <param name="Chunks">In the order in which they lie.</param>
/// <param name="RowCount">Codes that belong to the plan.</param>
/// <param name="BlockCount">Blocks of codes of all chunks; those at the ends of ranges may be there twice.</param>
internal sealed record ScanChunks(CoarseLevel Level, IReadOnlyList<ScanChunk> Chunks, long RowCount, int BlockCount)
{
    /// <summary>As many codes, sums and bounds as stay in a core's second cache.</summary>
    public const int BlocksPerChunk = 64;

    public static ScanChunks Of(IndexView view, IReadOnlyList<(int Segment, RowRange Units, SampleWindow Window)> ranges, CoarseLevel level)
    {
        var chunks = new List<ScanChunk>();
        var firstBound = 0;
        long rows = 0;
        foreach (var (segment, units, window) in ranges)
        {
            var range = new RowRange(view.Segments[segment].RowAt(level, units.First), view.Segments[segment].RowAt(level, units.End));
            rows += range.Count;
            var endBlock = (range.End + SignCodes.RowsPerBlock - 1) / SignCodes.RowsPerBlock;
            for (var block = range.First / SignCodes.RowsPerBlock; block < endBlock; block += BlocksPerChunk)
            {
                var blockCount = Math.Min(BlocksPerChunk, endBlock - block);
                chunks.Add(new ScanChunk(segment, block, blockCount,
                    Math.Max(range.First, block * SignCodes.RowsPerBlock), Math.Min(range.End, (block + blockCount) * SignCodes.RowsPerBlock), window, firstBound));
                firstBound = checked(firstBound + blockCount * SignCodes.RowsPerBlock);
            }
        }
        return new ScanChunks(level, chunks, rows, firstBound / SignCodes.RowsPerBlock);
    }
}

/// <summary>A part of a scan.</summary>
/// <param name="Segment">Of the view.</param>
/// <param name="FirstBlock">Its first block of codes in the segment.</param>
/// <param name="First">Its first row; those before it in the first block do not belong to it.</param>
/// <param name="End">One behind the last.</param>
/// <param name="Window">What may be found of it.</param>
/// <param name="FirstBound">Where the bounds of its first block's rows lie among those of all chunks.</param>
internal readonly record struct ScanChunk(int Segment, int FirstBlock, int BlockCount, int First, int End, SampleWindow Window, int FirstBound);

using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ClusterSearch.Index.Kernels;
using ClusterSearch.Index.Segments;

namespace ClusterSearch.Index.Scoring;

/// <summary>
/// A bound for every piece of a plan, or unit, and the largest of each block of 32, so that what reaches a threshold is found without a
/// second look at all of them. From codes a bound is the estimate and so many of its standard deviations; from means it
/// is the mean's score and the piece's whole radius, above which no sample can score.
/// </summary>
internal sealed unsafe class CoarseBounds : IDisposable
{
    /// <summary>Queries that share a pass; their sums stay in a core's second cache.</summary>
    public const int QueriesPerPass = 8;

    private readonly float[] _bounds;
    private readonly float[] _largest;

    private CoarseBounds(ScanChunks scan, BoundSlack? slack)
    {
        Scan = scan;
        Slack = slack ?? default;
        AreTrue = slack is null;
        _bounds = ArrayPool<float>.Shared.Rent(scan.BlockCount * SignCodes.RowsPerBlock);
        _largest = ArrayPool<float>.Shared.Rent(scan.BlockCount);
    }

    public ScanChunks Scan { get; }

    /// <summary>How far bounds lie above estimates; nothing where they are true.</summary>
    public BoundSlack Slack { get; }

    /// <summary>Whether no sample can score above its piece's bound; else hardly any does.</summary>
    public bool AreTrue { get; }

    /// <summary>One a block; minus infinity where no row of it belongs to the plan.</summary>
    public ReadOnlySpan<float> Largest => _largest.AsSpan(0, Scan.BlockCount);

    /// <summary>A chunk's bounds, for all rows of its blocks; minus infinity for those that are not its own.</summary>
    public ReadOnlySpan<float> Of(ScanChunk chunk) => _bounds.AsSpan(chunk.FirstBound, chunk.BlockCount * SignCodes.RowsPerBlock);

    public ReadOnlySpan<float> LargestOf(ScanChunk chunk) => _largest.AsSpan(chunk.FirstBound / SignCodes.RowsPerBlock, chunk.BlockCount);

    /// <summary>From codes, for up to <see cref="QueriesPerPass"/> queries in one pass over memory.</summary>
    /// <param name="slacks">One a query: how far bounds lie above estimates.</param>
    public static CoarseBounds[] FromCodes(
        IndexView view, ScanChunks scan, ReadOnlyMemory<QueryVector> queries, IReadOnlyList<BoundSlack> slacks, Workers workers, CancellationToken cancellation)
    {
        CoarseBounds[] all = [.. slacks.Select(slack => new CoarseBounds(scan, slack))];
        SignQuery[] signs = [.. queries.ToArray().Select(query => query.Signs)];
        workers.Run(scan.Chunks.Count, () => new ushort[queries.Length * ScanChunks.BlocksPerChunk * SignCodes.RowsPerBlock], (index, sums) =>
        {
            var chunk = scan.Chunks[index];
            var segment = view.Segments[chunk.Segment];
            var areWhole = segment.AreCodesWhole(scan.Level, chunk.FirstBlock, chunk.BlockCount);
            var codes = segment.Codes(scan.Level) + (long)chunk.FirstBlock * SignCodes.BlockBytes(segment.PaddedDimension);
            var rows = chunk.BlockCount * SignCodes.RowsPerBlock;
            KernelSet.Chosen.SumCodes(codes, chunk.BlockCount, signs, [], sums.AsSpan(0, all.Length * rows));
            var factors = segment.Factors(scan.Level) + (long)chunk.FirstBlock * SegmentFormat.FactorsPerRow * SignCodes.RowsPerBlock;
            for (var i = 0; i < all.Length; i++)
            {
                var query = queries.Span[i];
                var line = new SignLine(query.Offset(segment.Centre), query.Signs.Base, query.Signs.Step, slacks[i].Error, slacks[i].Radius);
                var bounds = all[i]._bounds.AsSpan(chunk.FirstBound, rows);
                line.Bounds(sums.AsSpan(i * rows, rows), factors, bounds);
                // Whatever a damaged code hides, its mean shows.
                if (!areWhole) RaiseDamaged(segment, scan.Level, chunk, bounds);
                all[i].Finish(chunk);
            }
        }, cancellation);
        return all;
    }

    /// <summary>From means of pieces, for up to <see cref="QueriesPerPass"/> queries in one pass over memory.</summary>
    public static CoarseBounds[] FromMeans(IndexView view, ScanChunks scan, ReadOnlyMemory<QueryVector> queries, Workers workers, CancellationToken cancellation)
    {
        CoarseBounds[] all = [.. Enumerable.Range(0, queries.Length).Select(_ => new CoarseBounds(scan, null))];
        workers.Run(scan.Chunks.Count, () => (Means: new PieceMeans(), Pieces: new int[ScanChunks.BlocksPerChunk * SignCodes.RowsPerBlock]), (index, space) =>
        {
            var chunk = scan.Chunks[index];
            var segment = view.Segments[chunk.Segment];
            var pieces = space.Pieces.AsSpan(0, chunk.End - chunk.First);
            for (var i = 0; i < pieces.Length; i++) pieces[i] = chunk.First + i;
            segment.ExpectPieces(chunk.First, pieces.Length);
            segment.ExpectMeans(chunk.First, pieces.Length);
            for (var i = 0; i < all.Length; i++)
            {
                var query = queries.Span[i];
                var bounds = all[i]._bounds.AsSpan(chunk.FirstBound + chunk.First - chunk.FirstBlock * SignCodes.RowsPerBlock, pieces.Length);
                space.Means.Score(segment, pieces, query, bounds);
                for (var piece = 0; piece < pieces.Length; piece++)
                    if (bounds[piece] > float.NegativeInfinity) bounds[piece] = Bound(query, bounds[piece], segment.AllPieces[pieces[piece]].Radius);
                all[i].Finish(chunk);
            }
        }, cancellation);
        return all;
    }

    /// <summary>No sample of a piece scores above this, rounding of both scores included.</summary>
    public static float Bound(QueryVector query, float meanScore, float radius) => meanScore + query.Length * (radius * (1 + 1e-5f) + 1e-6f);

    /// <summary>A threshold that about as many blocks reach as are wanted, at least so many if there are.</summary>
    public float ThresholdOf(int blocks)
    {
        const int bins = 4096;
        var largest = Largest;
        float least = float.PositiveInfinity, most = float.NegativeInfinity;
        foreach (var bound in largest)
        {
            if (float.IsInfinity(bound)) continue;
            least = Math.Min(least, bound);
            most = Math.Max(most, bound);
        }
        if (blocks >= largest.Length || !(least < most)) return float.NegativeInfinity;
        Span<int> counts = stackalloc int[bins];
        counts.Clear();
        var perBin = (bins - 1) / (most - least);
        foreach (var bound in largest)
            if (bound > float.NegativeInfinity) counts[float.IsPositiveInfinity(bound) ? bins - 1 : (int)((bound - least) * perBin)]++;
        for (var bin = bins - 1; bin > 0; bin--)
        {
            blocks -= counts[bin];
            // A little less than the bin's edge: rounding may have put a bound into it from below.
            if (blocks <= 0) return least + bin / perBin - (most - least) * 1e-5f;
        }
        return float.NegativeInfinity;
    }

    /// <summary>Whether more rows than so many reach a score.</summary>
    public bool AreMoreFrom(float score, long rows)
    {
        long count = 0;
        var largest = Largest;
        for (var block = 0; block < largest.Length && count <= rows; block++)
        {
            if (!(largest[block] >= score)) continue;
            foreach (var bound in _bounds.AsSpan(block * SignCodes.RowsPerBlock, SignCodes.RowsPerBlock))
                if (bound >= score) count++;
        }
        return count > rows;
    }

    public void Dispose()
    {
        ArrayPool<float>.Shared.Return(_bounds);
        ArrayPool<float>.Shared.Return(_largest);
    }

    private static void RaiseDamaged(Segment segment, CoarseLevel level, ScanChunk chunk, Span<float> bounds)
    {
        for (var block = 0; block < chunk.BlockCount; block++)
            if (!segment.AreCodesWhole(level, chunk.FirstBlock + block, 1)) bounds.Slice(block * SignCodes.RowsPerBlock, SignCodes.RowsPerBlock).Fill(float.PositiveInfinity);
    }

    /// <summary>Rows of others fall out, and each block's largest is noted.</summary>
    private void Finish(ScanChunk chunk)
    {
        var rows = chunk.BlockCount * SignCodes.RowsPerBlock;
        var bounds = _bounds.AsSpan(chunk.FirstBound, rows);
        var first = chunk.FirstBlock * SignCodes.RowsPerBlock;
        bounds[..(chunk.First - first)].Fill(float.NegativeInfinity);
        bounds[(chunk.End - first)..].Fill(float.NegativeInfinity);
        ref var start = ref MemoryMarshal.GetReference(bounds);
        for (var block = 0; block < chunk.BlockCount; block++)
        {
            var at = (nuint)(block * SignCodes.RowsPerBlock);
            var most = Vector256.Max(
                Vector256.Max(Vector256.LoadUnsafe(ref start, at), Vector256.LoadUnsafe(ref start, at + 8)),
                Vector256.Max(Vector256.LoadUnsafe(ref start, at + 16), Vector256.LoadUnsafe(ref start, at + 24)));
            var four = Vector128.Max(most.GetLower(), most.GetUpper());
            _largest[chunk.FirstBound / SignCodes.RowsPerBlock + block] = Math.Max(Math.Max(four[0], four[1]), Math.Max(four[2], four[3]));
        }
    }
}

using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Segments;

namespace ClusterSearch.Index.Scoring;

/// <summary>How far bounds lie above what is estimated.</summary>
/// <param name="Error">In standard deviations of a code's estimate, times the query's length.</param>
/// <param name="Radius">In radii of a piece.</param>
internal readonly record struct BoundSlack(float Error, float Radius);

/// <summary>
/// Measures how far samples score above the mean of their piece, in radii of it, along one query. A random direction would see about
/// one part in √D of the radius; footage changes in few directions, and queries ask for those, so a constant would be too much for most and
/// too little for some. The same pieces for every query, spread evenly over the archive: they stay in the processor's cache.
/// </summary>
internal sealed class SpreadProbe(IReadOnlyList<Segment> segments)
{
    private const int Pieces = 1024;

    /// <summary>Side by side: few pages of a cold index are read.</summary>
    private const int PiecesPerPlace = 8;

    /// <summary>At each place, where most pieces are of one sample.</summary>
    private const int PiecesLookedAt = 64;

    /// <summary>The part of pieces whose best sample lies within the spread. At .995 a hundred thousand samples missed 1.1 of the best 100 units, at .998 .3.</summary>
    private const double Percentile = 0.998;

    /// <summary>For how many standard deviations a spread is meant; others take it in proportion.</summary>
    public const float Deviations = 3;

    private readonly Lazy<List<(int Segment, int Piece)>> _chosen = new(() => Choose(segments));

    /// <returns>Radii above the mean that a piece's best sample hardly ever exceeds; 0 where every piece is one sample.</returns>
    public float Along(QueryVector query)
    {
        if (query.Length == 0) return 0;
        var ratios = new List<float>(Pieces);
        var means = new PieceMeans();
        var scorer = new RowScorer(query);
        Span<float> meanScore = stackalloc float[1];
        Span<float> scores = stackalloc float[Unit.MaximumSamples];
        foreach (var (index, number) in _chosen.Value)
        {
            var segment = segments[index];
            means.Score(segment, [number], query, meanScore);
            var piece = segment.AllPieces[number];
            if (float.IsNegativeInfinity(meanScore[0]) || !segment.AreSamplesWhole(piece.Row, piece.Count)) continue;
            scorer.Score(segment, piece.Row, piece.Count, scores);
            var best = float.NegativeInfinity;
            foreach (var score in scores[..piece.Count]) best = Math.Max(best, score);
            ratios.Add((best - meanScore[0]) / piece.Radius);
        }
        if (ratios.Count == 0) return 0;
        ratios.Sort();
        return Math.Max(0, ratios[(int)((ratios.Count - 1) * Percentile)]);
    }

    private static List<(int Segment, int Piece)> Choose(IReadOnlyList<Segment> segments)
    {
        var all = segments.Sum(segment => (long)segment.PieceCount);
        var chosen = new List<(int Segment, int Piece)>(Pieces);
        var step = Math.Max(PiecesPerPlace, all * PiecesPerPlace / Pieces);
        var places = new List<(int Segment, int First, int End)>(Pieces / PiecesPerPlace + 1);
        long next = 0, before = 0;
        for (var index = 0; index < segments.Count; before += segments[index++].PieceCount)
            for (; next - before < segments[index].PieceCount; next += step)
                places.Add((index, (int)(next - before), (int)Math.Min(segments[index].PieceCount, next - before + Math.Min(step, PiecesLookedAt))));
        // Of a cold index all places are read at once, then all rows.
        foreach (var (segment, first, end) in places) segments[segment].ExpectPieces(first, end - first);
        foreach (var (segment, first, end) in places)
        {
            var found = 0;
            for (var piece = first; piece < end && found < PiecesPerPlace; piece++)
            {
                if (!segments[segment].IsPieceRowWhole(piece) || segments[segment].AllPieces[piece] is not { IsSample: false, Radius: > 0 } row) continue;
                segments[segment].ExpectMean(piece);
                segments[segment].ExpectSamples(row.Row, row.Count);
                chosen.Add((segment, piece));
                found++;
            }
        }
        return chosen;
    }
}

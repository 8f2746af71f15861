using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Segments;

namespace ClusterSearch.Index.Scoring;

/// <summary>How far bounds lie above what is estimated.</summary>
/// <param name="Error">In standard deviations of a code's estimate, times the query's length.</param>
/// <param name="Radius">In radii of what a code stands for.</param>
/// <param name="PieceRadius">In radii of a piece, above its mean itself.</param>
internal readonly record struct BoundSlack(float Error, float Radius, float PieceRadius);

/// <summary>
/// Measures how far samples score above the mean of their piece, or unit, in radii of it, along one query. A random direction would see about
/// one part in √D of the radius; footage changes in few directions, and queries ask for those, so a constant would be too much for most and
/// too little for some. The same pieces for every query, spread evenly over the archive: they stay in the processor's cache.
/// </summary>
internal sealed class SpreadProbe(IReadOnlyList<Segment> segments, CoarseLevel level)
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

    private readonly Lazy<List<Probed>> _chosen = new(() => Choose(segments, level));

    /// <returns>Radii above the mean that a piece's best sample hardly ever exceeds; 0 where every piece is one sample.</returns>
    public float Along(QueryVector query)
    {
        if (query.Length == 0) return 0;
        var ratios = new List<float>(Pieces);
        var means = new PieceMeans();
        var scorer = new RowScorer(query);
        Span<float> scores = stackalloc float[Unit.MaximumSamples];
        Span<int> pieces = stackalloc int[Unit.MaximumSamples];
        foreach (var probed in _chosen.Value)
        {
            var segment = segments[probed.Segment];
            if (!segment.AreSamplesWhole(probed.FirstSample, probed.Count)) continue;
            for (var i = 0; i < probed.PieceCount; i++) pieces[i] = probed.FirstPiece + i;
            means.Score(segment, pieces[..probed.PieceCount], query, scores);
            var mean = 0f;
            for (var i = 0; i < probed.PieceCount; i++) mean += scores[i] * segment.AllPieces[pieces[i]].Count / probed.Count;
            if (!float.IsFinite(mean)) continue;
            scorer.Score(segment, probed.FirstSample, probed.Count, scores);
            var best = float.NegativeInfinity;
            foreach (var score in scores[..probed.Count]) best = Math.Max(best, score);
            ratios.Add((best - mean) / probed.Radius);
        }
        if (ratios.Count == 0) return 0;
        ratios.Sort();
        return Math.Max(0, ratios[(int)((ratios.Count - 1) * Percentile)]);
    }

    private static List<Probed> Choose(IReadOnlyList<Segment> segments, CoarseLevel level)
    {
        var all = segments.Sum(segment => (long)segment.RowCount(level));
        var chosen = new List<Probed>(Pieces);
        var step = Math.Max(PiecesPerPlace, all * PiecesPerPlace / Pieces);
        var places = new List<(int Segment, int First, int End)>(Pieces / PiecesPerPlace + 1);
        long next = 0, before = 0;
        for (var index = 0; index < segments.Count; before += segments[index++].RowCount(level))
            for (; next - before < segments[index].RowCount(level); next += step)
                places.Add((index, (int)(next - before), (int)Math.Min(segments[index].RowCount(level), next - before + Math.Min(step, PiecesLookedAt))));
        // Of a cold index all places are read at once, then all rows.
        foreach (var (segment, first, end) in places)
        {
            if (level == CoarseLevel.Units) segments[segment].ExpectUnits(first, end - first);
            else segments[segment].ExpectPieces(first, end - first);
        }
        foreach (var (segment, first, end) in places)
        {
            var found = 0;
            for (var row = first; row < end && found < PiecesPerPlace; row++)
            {
                if (ProbedOf(segments, segment, level, row) is not { Count: > 1, Radius: > 0 } probed) continue;
                chosen.Add(probed);
                found++;
            }
        }
        foreach (var probed in chosen) segments[probed.Segment].ExpectPieces(probed.FirstPiece, probed.PieceCount);
        foreach (var probed in chosen)
        {
            segments[probed.Segment].ExpectMeans(probed.FirstPiece, probed.PieceCount);
            segments[probed.Segment].ExpectSamples(probed.FirstSample, probed.Count);
        }
        return chosen;
    }

    /// <summary>Nothing of a row that is damaged.</summary>
    private static Probed? ProbedOf(IReadOnlyList<Segment> segments, int index, CoarseLevel level, int row)
    {
        var segment = segments[index];
        if (level == CoarseLevel.Pieces)
            return segment.IsPieceRowWhole(row) && segment.AllPieces[row] is var piece ? new Probed(index, row, 1, piece.Row, piece.Count, piece.Radius) : null;
        return segment.AreUnitsWhole(row, 1) && segment.Units[row] is var unit && segment.UnitRadius(row) is { } radius
            ? new Probed(index, unit.FirstPiece, unit.PieceCount, unit.SampleOffset, unit.Count, radius) : null;
    }

    private readonly record struct Probed(int Segment, int FirstPiece, int PieceCount, long FirstSample, int Count, float Radius);
}

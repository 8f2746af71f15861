using ClusterSearch.Index.Kernels;
using ClusterSearch.Index.Segments;

namespace ClusterSearch.Index.Scoring;

/// <summary>Scores means of pieces here and there: rows of means, or of samples where a piece is one. One a thread.</summary>
internal sealed unsafe class PieceMeans
{
    private int[] _rows = [];
    private int[] _places = [];
    private int[] _dots = [];

    /// <param name="segment">In which they lie.</param>
    /// <param name="pieces">Which.</param>
    /// <param name="query">What with.</param>
    /// <param name="scores">One a piece; minus infinity for one that is damaged.</param>
    public void Score(Segment segment, ReadOnlySpan<int> pieces, QueryVector query, Span<float> scores)
    {
        if (_rows.Length < pieces.Length) (_rows, _places, _dots) = (new int[pieces.Length], new int[pieces.Length], new int[pieces.Length]);
        // Means from the front, samples from the back.
        var (means, samples) = (0, pieces.Length);
        for (var i = 0; i < pieces.Length; i++)
        {
            if (!segment.ArePiecesWhole(pieces[i], 1))
            {
                scores[i] = float.NegativeInfinity;
                continue;
            }
            var piece = segment.AllPieces[pieces[i]];
            var at = piece.IsSample ? --samples : means++;
            (_rows[at], _places[at]) = (piece.IsSample ? piece.Row : piece.Mean, i);
        }
        Score(segment, segment.MeanRows, pieces, 0, means, query, scores);
        Score(segment, segment.SampleRows, pieces, samples, pieces.Length, query, scores);
    }

    private void Score(Segment segment, sbyte* rows, ReadOnlySpan<int> pieces, int from, int to, QueryVector query, Span<float> scores)
    {
        if (from == to) return;
        KernelSet.Chosen.DotGathered(rows, _rows.AsSpan(from, to - from), query.Bytes, _dots.AsSpan(from, to - from));
        for (var i = from; i < to; i++) scores[_places[i]] = query.Bytes.Score(_dots[i], segment.AllPieces[pieces[_places[i]]].MeanScale);
    }
}

using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Segments;

namespace ClusterSearch.Index.Scoring;

/// <summary>Scores the samples and means of single units. One a thread.</summary>
internal sealed class UnitScorer(IndexView view, QueryVector query)
{
    private readonly RowScorer _rows = new(query);
    private readonly PieceMeans _means = new();
    private readonly float[] _scores = new float[Unit.MaximumSamples];

    /// <summary>A unit's samples that lie in its window and reach a score: all of them, or the best one. Nothing of a unit that is damaged.</summary>
    public void Score(UnitToScore wanted, float toBeat, bool perSample, List<FoundSample> found, SearchMeter meter)
    {
        var segment = view.Segments[wanted.Segment];
        if (!segment.AreUnitsWhole(wanted.Unit, 1)) return;
        var unit = segment.Units[wanted.Unit];
        if (!segment.AreSamplesWhole(unit.SampleOffset, unit.Count)) return;
        Score(segment, unit, _scores);
        meter.AddSamples(unit.Count, (long)unit.Count * segment.PaddedDimension);
        var seconds = segment.Seconds(unit.SampleOffset, unit.Count);
        var best = new FoundSample(float.NegativeInfinity, wanted.Segment, wanted.Unit, -1);
        for (var i = 0; i < unit.Count; i++)
        {
            if (!(_scores[i] >= toBeat) || !wanted.Window.Contains(seconds[i])) continue;
            var sample = new FoundSample(_scores[i], wanted.Segment, wanted.Unit, i);
            if (perSample) found.Add(sample);
            else if (best.Sample < 0 || sample.Score > best.Score) best = sample;
        }
        if (!perSample && best.Sample >= 0) found.Add(best);
    }

    /// <summary>Raw scores of all samples of a unit that is whole.</summary>
    public void Score(Segment segment, UnitRow unit, Span<float> scores) => _rows.Score(segment, unit.SampleOffset, unit.Count, scores);

    /// <summary>The score of a unit's mean, of its pieces' means.</summary>
    public float MeanScore(Segment segment, UnitRow unit)
    {
        Span<int> pieces = stackalloc int[unit.PieceCount];
        Span<float> scores = stackalloc float[unit.PieceCount];
        for (var i = 0; i < pieces.Length; i++) pieces[i] = unit.FirstPiece + i;
        _means.Score(segment, pieces, query, scores);
        var sum = 0d;
        for (var i = 0; i < pieces.Length; i++) sum += (double)scores[i] * segment.AllPieces[pieces[i]].Count;
        return (float)(sum / unit.Count);
    }
}

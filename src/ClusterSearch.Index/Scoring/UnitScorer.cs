using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Kernels;
using ClusterSearch.Index.Segments;

namespace ClusterSearch.Index.Scoring;

/// <summary>Scores the samples and means of single units. One a thread.</summary>
internal sealed unsafe class UnitScorer(IndexView view, QueryVector query)
{
    private readonly int[] _dots = new int[Unit.MaximumSamples];
    private readonly ByteQuery[] _queries = [query.Bytes];

    /// <summary>A unit's samples that lie in its window and reach a score: all of them, or the best one. Nothing of a unit that is damaged.</summary>
    public void Score(UnitToScore wanted, float toBeat, bool perSample, List<FoundSample> found, SearchMeter meter)
    {
        var segment = view.Segments[wanted.Segment];
        if (!segment.AreUnitsWhole(wanted.Unit, 1)) return;
        var unit = segment.Units[wanted.Unit];
        if (!segment.AreSamplesWhole(unit.SampleOffset, unit.Count)) return;
        Dots(segment, unit.SampleOffset, unit.Count);
        meter.AddSamples(unit.Count, (long)unit.Count * segment.PaddedDimension);
        var scales = segment.Scales(unit.SampleOffset, unit.Count);
        var seconds = segment.Seconds(unit.SampleOffset, unit.Count);
        var best = new FoundSample(float.NegativeInfinity, wanted.Segment, wanted.Unit, -1);
        for (var i = 0; i < unit.Count; i++)
        {
            if (!wanted.Window.Contains(seconds[i])) continue;
            var sample = new FoundSample(query.Bytes.Score(_dots[i], scales[i]), wanted.Segment, wanted.Unit, i);
            if (!(sample.Score >= toBeat)) continue;
            if (perSample) found.Add(sample);
            else if (best.Sample < 0 || sample.Score > best.Score) best = sample;
        }
        if (!perSample && best.Sample >= 0) found.Add(best);
    }

    /// <summary>Raw scores of all samples of a unit.</summary>
    public void Score(Segment segment, UnitRow unit, Span<float> scores)
    {
        Dots(segment, unit.SampleOffset, unit.Count);
        var scales = segment.Scales(unit.SampleOffset, unit.Count);
        for (var i = 0; i < unit.Count; i++) scores[i] = query.Bytes.Score(_dots[i], scales[i]);
    }

    /// <summary>The score of a unit's mean, of its pieces' means.</summary>
    public float MeanScore(Segment segment, UnitRow unit)
    {
        var pieces = segment.Pieces(unit.FirstPiece, unit.PieceCount);
        KernelSet.Chosen.Dot(segment.MeanRows + (long)unit.FirstPiece * segment.PaddedDimension, unit.PieceCount, _queries, _dots.AsSpan(0, unit.PieceCount));
        var sum = 0d;
        for (var i = 0; i < pieces.Length; i++) sum += (double)query.Bytes.Score(_dots[i], pieces[i].MeanScale) * pieces[i].Count;
        return (float)(sum / unit.Count);
    }

    private void Dots(Segment segment, long firstSample, int count) =>
        KernelSet.Chosen.Dot(segment.SampleRows + firstSample * segment.PaddedDimension, count, _queries, _dots.AsSpan(0, count));
}

using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Segments;

namespace ClusterSearch.Index.Scoring;

/// <summary>Scores the samples of single units. One a thread.</summary>
internal sealed class UnitScorer(IndexView view, QueryVector query)
{
    private readonly RowScorer _rows = new(query);
    private readonly float[] _scores = new float[Unit.MaximumSamples];

    /// <summary>Has the system read what is not in memory of some units, all at once.</summary>
    public void Expect(ReadOnlySpan<UnitToScore> wanted)
    {
        foreach (var one in wanted) view.Segments[one.Segment].ExpectUnits(one.Unit, 1);
        foreach (var one in wanted)
        {
            var segment = view.Segments[one.Segment];
            if (segment.AreUnitsWhole(one.Unit, 1)) segment.ExpectSamples(segment.Units[one.Unit].SampleOffset, segment.Units[one.Unit].Count);
        }
    }

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
}

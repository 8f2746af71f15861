using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Segments;

namespace ClusterSearch.Index.Scoring;

/// <summary>Scores whole shots, many at once.</summary>
internal static class ShotScoring
{
    private const int ShotsPerPart = 8;

    /// <returns>In the order in which the shots' first units are named.</returns>
    public static IReadOnlyList<ShotScores> Score(
        IndexView view, QueryVector query, IReadOnlyList<UnitKey> units, Workers workers, SearchMeter meter, CancellationToken cancellation)
    {
        var shots = new List<(VideoId Video, long Shot)>(units.Count);
        var known = new HashSet<(VideoId, long)>();
        foreach (var unit in units)
            if (known.Add((unit.Video, unit.ShotFirstSample))) shots.Add((unit.Video, unit.ShotFirstSample));
        var scored = new ShotScores[shots.Count];
        workers.Run((shots.Count + ShotsPerPart - 1) / ShotsPerPart, () => new UnitScorer(view, query), (part, scorer) =>
        {
            for (var i = part * ShotsPerPart; i < Math.Min(shots.Count, (part + 1) * ShotsPerPart); i++)
                scored[i] = Score(view, scorer, shots[i].Video, shots[i].Shot, meter);
        }, cancellation);
        return scored;
    }

    private static ShotScores Score(IndexView view, UnitScorer scorer, VideoId video, long shot, SearchMeter meter)
    {
        var units = new List<(int Segment, UnitRow Unit)>();
        var count = 0;
        foreach (var (segment, unit) in VideoRows.OfShot(view, view.Find(video), shot))
        {
            if (!view.Segments[segment].AreSamplesWhole(unit.SampleOffset, unit.Count)) continue;
            units.Add((segment, unit));
            count += unit.Count;
        }
        var (numbers, scores) = (new long[count], new float[count]);
        var filled = 0;
        foreach (var (segment, unit) in units)
        {
            scorer.Score(view.Segments[segment], unit, scores.AsSpan(filled, unit.Count));
            for (var i = 0; i < unit.Count; i++) numbers[filled++] = unit.FirstSample + i;
        }
        meter.AddSamples(count, count * (long)(units.Count > 0 ? view.Segments[0].PaddedDimension : 0));
        return new ShotScores(video, shot, numbers, scores);
    }
}

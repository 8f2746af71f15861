using System.Runtime.InteropServices;
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
            var own = CollectionsMarshal.AsSpan(shots)[(part * ShotsPerPart)..Math.Min(shots.Count, (part + 1) * ShotsPerPart)];
            Expect(view, own);
            for (var i = 0; i < own.Length; i++) scored[part * ShotsPerPart + i] = Score(view, scorer, own[i].Video, own[i].Shot, meter);
        }, cancellation);
        return scored;
    }

    /// <summary>Has the system read what is not in memory of some shots, all at once.</summary>
    private static void Expect(IndexView view, ReadOnlySpan<(VideoId Video, long Shot)> shots)
    {
        foreach (var (id, _) in shots)
            foreach (var run in view.Find(id)?.Runs ?? []) view.Segments[run.Segment].ExpectUnits(run.First, run.End - run.First);
        foreach (var (id, shot) in shots)
            foreach (var (segment, unit) in VideoRows.OfShot(view, view.Find(id), shot)) view.Segments[segment].ExpectSamples(unit.SampleOffset, unit.Count);
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

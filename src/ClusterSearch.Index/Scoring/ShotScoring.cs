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
            // Of a cold index the units of all are read at once, then their samples.
            foreach (var (video, _) in own)
                foreach (var run in view.Find(video)?.Runs ?? []) view.Segments[run.Segment].ExpectUnits(run.First, run.End - run.First);
            var unitsOf = new List<(int Segment, UnitRow Unit)>[own.Length];
            for (var i = 0; i < own.Length; i++)
            {
                unitsOf[i] = [.. VideoRows.OfShot(view, view.Find(own[i].Video), own[i].Shot)];
                foreach (var (segment, unit) in unitsOf[i]) view.Segments[segment].ExpectSamples(unit.SampleOffset, unit.Count);
            }
            for (var i = 0; i < own.Length; i++) scored[part * ShotsPerPart + i] = Score(view, scorer, own[i].Video, own[i].Shot, unitsOf[i], meter);
        }, cancellation);
        return scored;
    }

    /// <param name="units">All of the shot; those that are damaged are left out of it here.</param>
    private static ShotScores Score(
        IndexView view, UnitScorer scorer, VideoId video, long shot, List<(int Segment, UnitRow Unit)> units, SearchMeter meter)
    {
        units.RemoveAll(one => !view.Segments[one.Segment].AreSamplesWhole(one.Unit.SampleOffset, one.Unit.Count));
        var count = units.Sum(one => one.Unit.Count);
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

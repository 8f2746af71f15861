using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Index.Scoring;

/// <summary>Scores of a range of one video's samples.</summary>
internal sealed class RangeScores(IndexView view, CancellationToken cancellation)
{
    public IReadOnlyList<SampleScores> Of(QueryVector[] queries, VideoId video, SampleRange range)
    {
        var units = VideoRows.Reaching(view, view.Find(video), range)
            .Where(unit => view.Segments[unit.Segment].AreSamplesWhole(unit.Unit.SampleOffset, unit.Unit.Count)).ToList();
        var count = 0;
        foreach (var (_, unit) in units) count += CountIn(range, unit.FirstSample, unit.Count);
        var (numbers, shots) = (new long[count], new long[count]);
        var scores = Array.ConvertAll(queries, _ => new float[count]);
        var scorers = Array.ConvertAll(queries, query => query is null ? null : new UnitScorer(view, query));
        Span<float> all = stackalloc float[Unit.MaximumSamples];
        var filled = 0;
        foreach (var (segment, unit) in units)
        {
            cancellation.ThrowIfCancellationRequested();
            // Units at the ends of the range may reach beyond it.
            var first = (int)Math.Max(0, range.First - unit.FirstSample);
            var passing = CountIn(range, unit.FirstSample, unit.Count);
            for (var i = 0; i < passing; i++) (numbers[filled + i], shots[filled + i]) = (unit.FirstSample + first + i, unit.ShotFirstSample);
            for (var query = 0; query < scores.Length; query++)
            {
                scorers[query]!.Score(view.Segments[segment], unit, all);
                all.Slice(first, passing).CopyTo(scores[query].AsSpan(filled));
            }
            filled += passing;
        }
        return Array.ConvertAll(scores, column => new SampleScores(numbers, shots, column));
    }

    private static int CountIn(SampleRange range, long first, int count) =>
        (int)Math.Max(0, Math.Min(range.End, first + count) - Math.Max(range.First, first));
}

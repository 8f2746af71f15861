using System.Numerics.Tensors;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Moments;
using ClusterSearch.Core.Smoothing;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Archive.Searching;

/// <summary>
/// Finds the best moments exactly, from coarse to fine. Units come in order of their upper bound; each one's shot is
/// scored whole, smoothed, and cut into moments. A moment's score is a mean of smoothed scores, a smoothed score a mean of
/// raw ones, and no raw score of a shot lies above its units' bounds: so once the k-th best moment scores above the next
/// bound, nothing unseen can be among the first k.
/// <para>
/// Smoothing is linear, so the smoothed score curve is the score curve of the smoothed vectors: one index serves them all.
/// </para>
/// </summary>
internal sealed class QueryFanOut(SearchSession session, MomentOptions momentOptions)
{
    private const int FirstUnits = 1024;

    /// <param name="query">The query's vector.</param>
    /// <param name="filter">What may be found.</param>
    /// <param name="count">Moments wanted.</param>
    /// <param name="smoothing">Shot or none; the reference method is not linear and has its own scan.</param>
    /// <param name="cancellation">Checked between shots.</param>
    public async Task<FanOutResult> FindAsync(
        float[] query, VectorFilter filter, int count, SmoothingMethod smoothing, CancellationToken cancellation)
    {
        var best = new SortedSet<FoundMoment>(FoundMoment.BestFirst);
        var scored = new HashSet<(VideoId, long)>();
        long samples = 0, seen = 0;
        for (var k = Math.Max(FirstUnits, count * 32L); ; k *= 8)
        {
            var hits = (await session.Snapshot.SearchUnitsAsync([query], filter, (int)Math.Min(k, int.MaxValue), cancellation))[0];
            seen = hits.Count;
            var isDecided = false;
            foreach (var hit in hits)
            {
                isDecided = best.Count >= count && best.Max!.Score > hit.UpperBound;
                if (isDecided) break;
                if (!scored.Add((hit.Unit.Video, hit.Unit.ShotFirstSample))) continue;
                cancellation.ThrowIfCancellationRequested();
                samples += await ScoreShotAsync(hit.Unit, query, filter, count, smoothing, best, cancellation);
                while (best.Count > count) best.Remove(best.Max!);
            }
            if (isDecided || hits.Count < k) return new FanOutResult([.. best], seen, scored.Count, samples);
        }
    }

    private async ValueTask<long> ScoreShotAsync(
        UnitKey unit, float[] query, VectorFilter filter, int count, SmoothingMethod smoothing,
        SortedSet<FoundMoment> best, CancellationToken cancellation)
    {
        var shot = (await session.ShotsAsync(unit.Video, cancellation)).Range(unit.ShotFirstSample);
        var scores = (await session.Snapshot.ScoreSamplesAsync([query], unit.Video, shot, cancellation))[0];
        // No mean lies above the best raw score.
        if (best.Count >= count && TensorPrimitives.Max<float>(scores.Scores) < best.Max!.Score) return scores.Numbers.Length;
        var curve = new ShotCurve(unit.Video, scores.Numbers,
            smoothing == SmoothingMethod.Shot ? HaloSmoothing.Scores(scores.Scores) : scores.Scores, await session.ClockAsync(unit.Video, cancellation));
        var window = await session.WindowAsync(unit.Video, filter, cancellation);
        foreach (var moment in curve.Moments(window, momentOptions, count)) best.Add(moment);
        return scores.Numbers.Length;
    }
}

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
                if (await session.VideoAsync(hit.Unit.Video, cancellation) is not { } video) continue;
                samples += await ScoreShotAsync(video, hit.Unit.ShotFirstSample, query, filter, count, smoothing, best, cancellation);
                while (best.Count > count) best.Remove(best.Max!);
            }
            if (isDecided || hits.Count < k) return new FanOutResult([.. best], seen, scored.Count, samples);
        }
    }

    private async Task<long> ScoreShotAsync(
        VideoContext video, long shotFirstSample, float[] query, VectorFilter filter, int count, SmoothingMethod smoothing,
        SortedSet<FoundMoment> best, CancellationToken cancellation)
    {
        var shot = await video.ShotAsync(shotFirstSample, cancellation);
        var scores = (await session.Snapshot.ScoreSamplesAsync([query], video.Video.Id, shot, cancellation))[0];
        var smoothed = smoothing == SmoothingMethod.Shot ? HaloSmoothing.Scores(scores.Scores) : scores.Scores;
        foreach (var moment in ShotMoments.Form(video, scores.Numbers, smoothed, filter, momentOptions, count)) best.Add(moment);
        return scores.Numbers.Length;
    }
}

using System.Diagnostics;
using System.Numerics.Tensors;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Moments;
using ClusterSearch.Core.Smoothing;
using ClusterSearch.Core.Vectors;
using ClusterSearch.ServiceDefaults;

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
    private const int MoreUnits = 32;
    private const int FirstBatch = 32;
    private const int LargestBatch = 2048;

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
        long samples = 0;
        // Batches grow: most queries are decided by the first few shots, and some need thousands.
        var batchSize = FirstBatch;
        for (var k = Math.Max(FirstUnits, count * 32L); ; k *= MoreUnits)
        {
            var hits = await BestUnitsAsync(query, filter, (int)Math.Min(k, int.MaxValue), cancellation);
            var isDecided = false;
            for (var next = 0; next < hits.Count && !isDecided;)
            {
                var batch = new List<ShotToScore>(batchSize);
                for (; next < hits.Count && batch.Count < batchSize && !isDecided; next++)
                {
                    var hit = hits[next];
                    isDecided = best.Count >= count && best.Max!.Score > hit.UpperBound;
                    if (!isDecided && scored.Add((hit.Unit.Video, hit.Unit.ShotFirstSample))) batch.Add(await ToScoreAsync(hit.Unit, filter, cancellation));
                }
                samples += await ScoreAsync(batch, query, smoothing, count, best, cancellation);
                batchSize = Math.Min(batchSize * 2, LargestBatch);
            }
            if (isDecided || hits.Count < k) return new FanOutResult([.. best], hits.Count, scored.Count, samples);
        }
    }

    private async Task<IReadOnlyList<UnitHit>> BestUnitsAsync(float[] query, VectorFilter filter, int count, CancellationToken cancellation)
    {
        using var span = Telemetry.Source.StartActivity(Telemetry.Spans.Shard, ActivityKind.Client);
        var hits = (await session.Snapshot.SearchUnitsAsync([query], filter, count, cancellation))[0];
        span?.SetTag(Telemetry.Attributes.Shard, "index").SetTag(Telemetry.Attributes.Units, hits.Count);
        return hits;
    }

    private async ValueTask<ShotToScore> ToScoreAsync(UnitKey unit, VectorFilter filter, CancellationToken cancellation) => new(
        unit.Video, (await session.ShotsAsync(unit.Video, cancellation)).Range(unit.ShotFirstSample),
        await session.ClockAsync(unit.Video, cancellation), await session.WindowAsync(unit.Video, filter, cancellation));

    /// <summary>Scores shots on all cores and keeps the best moments.</summary>
    private async Task<long> ScoreAsync(
        List<ShotToScore> batch, float[] query, SmoothingMethod smoothing, int count, SortedSet<FoundMoment> best, CancellationToken cancellation)
    {
        var least = best.Count >= count ? best.Max!.Score : float.NegativeInfinity;
        var parts = Math.Clamp(batch.Count / (FirstBatch / 2), 1, Environment.ProcessorCount);
        var found = await Task.WhenAll(Enumerable.Range(0, parts).Select(part => Task.Run(async () =>
        {
            var moments = new List<FoundMoment>();
            long samples = 0;
            for (var i = part; i < batch.Count; i += parts)
            {
                cancellation.ThrowIfCancellationRequested();
                samples += await ScoreAsync(batch[i], query, smoothing, count, least, moments, cancellation);
            }
            return (Moments: moments, Samples: samples);
        }, cancellation)));
        foreach (var moment in found.SelectMany(part => part.Moments))
        {
            best.Add(moment);
            if (best.Count > count) best.Remove(best.Max!);
        }
        return found.Sum(part => part.Samples);
    }

    private async ValueTask<int> ScoreAsync(
        ShotToScore shot, float[] query, SmoothingMethod smoothing, int count, float least, List<FoundMoment> moments, CancellationToken cancellation)
    {
        var raw = (await session.Snapshot.ScoreSamplesAsync([query], shot.Video, shot.Samples, cancellation))[0];
        // No mean lies above the best raw score, and none of smoothed scores above the best of these.
        if (raw.Scores.Length == 0 || TensorPrimitives.Max<float>(raw.Scores) < least) return raw.Scores.Length;
        var scores = smoothing == SmoothingMethod.Shot ? HaloSmoothing.Scores(raw.Scores) : raw.Scores;
        if (TensorPrimitives.Max<float>(scores) >= least)
            moments.AddRange(new ShotCurve(shot.Video, raw.Numbers, scores, shot.Clock).Moments(shot.Window, momentOptions, count).Where(moment => moment.Score >= least));
        return raw.Scores.Length;
    }

    private readonly record struct ShotToScore(VideoId Video, SampleRange Samples, SampleClock Clock, (double From, double To) Window);
}

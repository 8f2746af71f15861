using System.Diagnostics;
using System.Numerics.Tensors;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Moments;
using ClusterSearch.Core.Smoothing;
using ClusterSearch.Core.Vectors;
using ClusterSearch.ServiceDefaults;

namespace ClusterSearch.Archive.Searching;

/// <summary>
/// Finds the best moments, from coarse to fine. Units come in order of their upper bound; each one's shot is
/// scored whole, smoothed, and cut into moments. A moment's score is a mean of smoothed scores, a smoothed score a mean of
/// raw ones, and no raw score of a shot lies above its units' bounds: so once the k-th best moment scores above the next
/// bound, nothing unseen can be among the first k. What the store's units miss (<see cref="IVectorSnapshot.SearchUnitsAsync"/>) is all that is missed,
/// and nothing is where an exact search is asked for.
/// <para>
/// Smoothing is linear, so the smoothed score curve is the score curve of the smoothed vectors: one index serves them all.
/// </para>
/// </summary>
/// <param name="isExact">No unit may be missed.</param>
internal sealed class QueryFanOut(SearchSession session, MomentOptions momentOptions, bool isExact = false)
{
    private const int UnitsPerMoment = 16;
    private const int FirstUnits = 64;
    private const int MoreUnits = 8;
    private const int FirstBatch = 64;
    private const int LargestBatch = 2048;

    /// <summary>Fewer shots than this are cut into moments by the thread that asks.</summary>
    private const int ShotsPerThread = 32;

    // Where samples lie on no even grid, smoothing reaches as far as their spacing makes it: frames are nearer than this, nearly all key frames too.
    private const double LongestFrameSeconds = 1;
    private const double LongestKeyframeSeconds = 20;

    /// <summary>One for the whole query: it remembers what it found when it is asked for more.</summary>
    private readonly IVectorSnapshot _units = isExact ? session.Snapshot.Exactly() : session.Snapshot.ForShots();

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
        var reaching = smoothing == SmoothingMethod.Shot ? filter.Widened(SmoothingReachSeconds()) : filter;
        // Batches grow: most queries are decided by the first few shots, and some need thousands.
        var batchSize = FirstBatch;
        for (var k = Math.Max(FirstUnits, (long)count * UnitsPerMoment); ; k *= MoreUnits)
        {
            var least = best.Count >= count ? best.Max!.Score : float.NegativeInfinity;
            var hits = await BestUnitsAsync(query, reaching, (int)Math.Min(k, int.MaxValue), least, cancellation);
            var isDecided = false;
            for (var next = 0; next < hits.Count && !isDecided;)
            {
                var batch = new List<UnitKey>(batchSize);
                for (; next < hits.Count && batch.Count < batchSize && !isDecided; next++)
                {
                    var hit = hits[next];
                    isDecided = best.Count >= count && best.Max!.Score > hit.UpperBound;
                    if (!isDecided && scored.Add((hit.Unit.Video, hit.Unit.ShotFirstSample))) batch.Add(hit.Unit);
                }
                samples += await ScoreAsync(batch, query, filter, smoothing, count, best, cancellation);
                batchSize = Math.Min(batchSize * 2, LargestBatch);
            }
            if (isDecided || hits.Count < k) return new FanOutResult([.. best], hits.Count, scored.Count, samples);
        }
    }

    /// <summary>A sample of the window may owe its smoothed score to neighbours outside of it, whose units must be seen.</summary>
    private double SmoothingReachSeconds() => GaussianKernel.Default.Radius * session.Encoding.Sampling.Kind switch
    {
        SamplingKind.Grid => SampleClock.Uniform(session.Encoding.Sampling.Rate).SpacingSeconds,
        SamplingKind.Native => LongestFrameSeconds,
        _ => LongestKeyframeSeconds,
    };

    private async Task<IReadOnlyList<UnitHit>> BestUnitsAsync(float[] query, VectorFilter filter, int count, float least, CancellationToken cancellation)
    {
        using var span = Telemetry.Source.StartActivity(Telemetry.Spans.Units, ActivityKind.Client);
        var hits = await _units.SearchUnitsFromAsync(query, filter, count, least, cancellation);
        span?.SetTag(Telemetry.Attributes.Units, hits.Count);
        return hits;
    }

    /// <summary>Scores shots and keeps the best moments.</summary>
    private async Task<long> ScoreAsync(
        List<UnitKey> batch, float[] query, VectorFilter filter, SmoothingMethod smoothing, int count, SortedSet<FoundMoment> best, CancellationToken cancellation)
    {
        var least = best.Count >= count ? best.Max!.Score : float.NegativeInfinity;
        var shots = new List<ShotToCut>();
        long samples = 0;
        foreach (var shot in await session.Snapshot.ScoreShotsAsync(query, batch, cancellation))
        {
            samples += shot.Scores.Length;
            // No mean lies above the best raw score, and none of smoothed scores above the best of these.
            if (shot.Scores.Length == 0 || TensorPrimitives.Max<float>(shot.Scores) < least) continue;
            shots.Add(new ShotToCut(shot, await session.ClockAsync(shot.Video, cancellation), await session.WindowAsync(shot.Video, filter, cancellation)));
        }
        var found = new List<FoundMoment>[shots.Count];
        var options = new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = shots.Count < ShotsPerThread ? 1 : Environment.ProcessorCount };
        Parallel.For(0, shots.Count, options, i => found[i] = [.. Moments(shots[i], smoothing, count, least)]);
        foreach (var moment in found.SelectMany(moments => moments))
        {
            best.Add(moment);
            if (best.Count > count) best.Remove(best.Max!);
        }
        return samples;
    }

    private IEnumerable<FoundMoment> Moments(ShotToCut shot, SmoothingMethod smoothing, int count, float least)
    {
        var (video, _, numbers, raw) = shot.Scores;
        var scores = smoothing == SmoothingMethod.Shot ? HaloSmoothing.Scores(raw) : raw;
        return TensorPrimitives.Max<float>(scores) < least ? []
            : new ShotCurve(video, numbers, scores, shot.Clock).Moments(shot.Window, momentOptions, count).Where(moment => moment.Score >= least);
    }

    private readonly record struct ShotToCut(ShotScores Scores, SampleClock Clock, (double From, double To) Window);
}

using System.Numerics.Tensors;
using ClusterSearch.Archive.Vectors;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Moments;
using ClusterSearch.Core.Shots;
using ClusterSearch.Core.Smoothing;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Archive.Searching;

/// <summary>
/// The published method, kept as the yardstick: every sample is scored (from the raw vector files where the smoothing
/// renormalises), the best hits are joined to moments. Reads the whole archive; never the default.
/// </summary>
internal sealed class ReferenceScan(SearchSession session, ArchivePorts ports, MomentOptions momentOptions)
{
    private const int HitsPerMoment = 10;

    public async Task<FanOutResult> FindAsync(
        float[] query, VectorFilter filter, int count, MomentMethod moments, SmoothingMethod smoothing, CancellationToken cancellation)
    {
        var found = new List<FoundMoment>();
        var hits = new List<TimedHit>();
        var clocks = new Dictionary<VideoId, SampleClock>();
        long samples = 0, shots = 0;
        foreach (var id in await session.Snapshot.ListVideosAsync(cancellation))
        {
            if (await session.VideoAsync(id, cancellation) is not { } video || !filter.Admits(id, video.Video.Attributes)) continue;
            var clock = clocks[id] = SampleClock.Of(video.Grid);
            var window = filter.Window(video.Video.Attributes);
            await foreach (var (numbers, scores) in CurvesAsync(video, query, smoothing, cancellation))
            {
                samples += numbers.Length;
                shots++;
                if (moments == MomentMethod.Shots)
                {
                    found.AddRange(new ShotCurve(id, numbers, scores, clock).Moments(window, momentOptions, count));
                    continue;
                }
                for (var i = 0; i < numbers.Length; i++)
                    if (clock.Seconds(numbers[i]) is var seconds && seconds >= window.From && seconds < window.To)
                        hits.Add(new TimedHit(id, numbers[i], seconds, scores[i]));
            }
        }
        if (moments == MomentMethod.Reference) found.AddRange(Join(hits, clocks, count));
        found.Sort(FoundMoment.BestFirst);
        return new FanOutResult([.. found.Take(count)], 0, shots, samples);
    }

    private static IEnumerable<FoundMoment> Join(List<TimedHit> hits, Dictionary<VideoId, SampleClock> clocks, int count)
    {
        var top = hits.OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Video).ThenBy(hit => hit.Number).Take(count * HitsPerMoment).ToList();
        foreach (var perSpacing in top.GroupBy(hit => clocks[hit.Video].SpacingSeconds))
            foreach (var moment in ReferenceMoments.Form([.. perSpacing], perSpacing.Key))
                yield return new FoundMoment(moment.Video, moment.Samples, moment.Score, moment.KeySample);
    }

    /// <summary>Score curves: one a shot, or one a gapless run for the reference smoothing, which knows no shots.</summary>
    private async IAsyncEnumerable<(long[] Numbers, float[] Scores)> CurvesAsync(
        VideoContext video, float[] query, SmoothingMethod smoothing,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        if (smoothing == SmoothingMethod.Reference)
        {
            var pieces = await VideoPieces.ReadAsync(ports.RawVectors, video.Video.Id, session.Encoding.Id,
                await video.RecordsAsync(cancellation), state => state == ChunkState.Indexed, cancellation);
            if (pieces.Count == 0) yield break;
            var whole = EmbeddedChunk.Join(pieces);
            var (numbers, vectors) = ReferenceSmoothing.Vectors(whole.Numbers, whole.Vectors, whole.Dimension);
            var scores = new float[numbers.Length];
            for (var i = 0; i < scores.Length; i++) scores[i] = TensorPrimitives.Dot(vectors.AsSpan(i * whole.Dimension, whole.Dimension), query);
            for (int first = 0, end; first < numbers.Length; first = end)
            {
                for (end = first + 1; end < numbers.Length && numbers[end] == numbers[end - 1] + 1; end++)
                {
                }
                yield return (numbers[first..end], scores[first..end]);
            }
            yield break;
        }
        var all = (await session.Snapshot.ScoreSamplesAsync([query], video.Video.Id, SampleRange.Everything, cancellation))[0];
        foreach (var run in ShotRuns.Of(all.Numbers, all.ShotFirstSamples))
        {
            var (first, end) = (run.Start, run.Start + run.Count);
            var scores = all.Scores[first..end];
            yield return (all.Numbers[first..end], smoothing == SmoothingMethod.Shot ? HaloSmoothing.Scores(scores) : scores);
        }
    }
}

using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Shots;
using ClusterSearch.Core.Smoothing;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Archive.Searching;

/// <summary>A query's score at every sample of one video.</summary>
internal static class CurveOfVideo
{
    public static async Task<ScoreCurve> ScoreAsync(SearchSession session, float[] query, VideoId id, CancellationToken cancellation)
    {
        var video = await session.VideoAsync(id, cancellation)
            ?? throw new ClusterSearchException(ErrorCodes.VideoNotFound, $"{id}: encoding {session.Encoding.Id}, which is searched, holds no such video");
        var scored = (await session.Snapshot.ScoreSamplesAsync([query], id, SampleRange.Everything, cancellation))[0];
        var clock = SampleClock.Of(video.Grid);
        var smoothed = new float[scored.Scores.Length];
        var shots = new List<ShotRange>();
        foreach (var run in ShotRuns.Of(scored.Numbers, scored.ShotFirstSamples))
        {
            var end = run.Start + run.Count;
            HaloSmoothing.Scores(scored.Scores.AsSpan(run.Start, run.Count)).CopyTo(smoothed, run.Start);
            shots.Add(new ShotRange(await EdgeAsync(video, clock, scored.Numbers[run.Start], cancellation),
                end < scored.Numbers.Length && scored.Numbers[end] == scored.Numbers[end - 1] + 1
                    ? await EdgeAsync(video, clock, scored.Numbers[end], cancellation)
                    : Math.Min(video.Video.Facts.DurationSeconds, clock.Seconds(scored.Numbers[end - 1]) + clock.SpacingSeconds)));
        }
        return new ScoreCurve([.. scored.Numbers.Select(clock.Seconds)], scored.Scores, smoothed, shots);
    }

    /// <summary>Where a shot begins: the frame at which the picture changed.</summary>
    private static async ValueTask<double> EdgeAsync(VideoContext video, SampleClock clock, long number, CancellationToken cancellation) =>
        number > 0 && await video.TimingAsync(number, cancellation) is { } timing ? video.Video.Facts.SecondsAt(timing.EdgeTicks) : clock.Seconds(number);
}

using ClusterSearch.Core.Footage;

namespace ClusterSearch.Core.Moments;

/// <summary>One of the best samples of a search.</summary>
/// <param name="Seconds">Of the sample's instant, from the video's first frame.</param>
public readonly record struct TimedHit(VideoId Video, long Number, double Seconds, float Score);

/// <summary>A moment of the published method.</summary>
/// <param name="Samples">From the first hit's number to the last one's; numbers between them that were no hits belong to it.</param>
/// <param name="Start">Seconds of the first hit.</param>
/// <param name="End">Seconds of the last hit and one sample spacing.</param>
/// <param name="Score">Of the best hit.</param>
/// <param name="KeySample">The best hit's number.</param>
/// <param name="KeySeconds">The best hit's time.</param>
public readonly record struct ReferenceMoment(
    VideoId Video, SampleRange Samples, double Start, double End, float Score, long KeySample, double KeySeconds);

/// <summary>
/// The published way from hits to moments, <see cref="MomentMethod.Reference"/>, kept as the yardstick: in order of score
/// (ties by video, then sample) the best hit not yet taken starts a moment, and all hits of the same video within a second of
/// it that are not yet taken join it.
/// </summary>
public static class ReferenceMoments
{
    /// <summary>Hits at most this far from the best one join it.</summary>
    public const double ReachSeconds = 1;

    // Instants are quotients of integers rounded to double.
    private const double Tolerance = 1e-9;

    /// <param name="hits">In any order, each sample at most once.</param>
    /// <param name="sampleSpacingSeconds">Distance of two samples, above 0: a single hit lasts that long.</param>
    /// <returns>Best first. Moments of one video do not overlap.</returns>
    public static IReadOnlyList<ReferenceMoment> Form(IReadOnlyList<TimedHit> hits, double sampleSpacingSeconds)
    {
        if (!double.IsFinite(sampleSpacingSeconds) || sampleSpacingSeconds <= 0)
            throw new ArgumentOutOfRangeException(nameof(sampleSpacingSeconds), $"a spacing is above 0 seconds, found {sampleSpacingSeconds}");
        // In the order of footage, so that those within reach of a hit are its neighbours.
        var ordered = hits.OrderBy(hit => hit.Video).ThenBy(hit => hit.Number).ToArray();
        var byScore = Enumerable.Range(0, ordered.Length).OrderByDescending(index => ordered[index].Score).ToArray();
        var taken = new bool[ordered.Length];
        var moments = new List<ReferenceMoment>();
        foreach (var best in byScore)
        {
            if (taken[best]) continue;
            var key = ordered[best];
            int first = best, last = best;
            while (first > 0 && Joins(first - 1)) first--;
            while (last + 1 < ordered.Length && Joins(last + 1)) last++;
            Array.Fill(taken, true, first, last - first + 1);
            moments.Add(new ReferenceMoment(
                key.Video, new SampleRange(ordered[first].Number, ordered[last].Number + 1), ordered[first].Seconds,
                ordered[last].Seconds + sampleSpacingSeconds, key.Score, key.Number, key.Seconds));

            // Nothing beyond a taken hit can be free and within reach: it would have joined when that one was taken, or
            // lies on the far side of a better hit, which is more than the reach away.
            bool Joins(int index) => !taken[index] && ordered[index].Video == key.Video
                && Math.Abs(ordered[index].Seconds - key.Seconds) <= ReachSeconds + Tolerance;
        }
        return moments;
    }
}

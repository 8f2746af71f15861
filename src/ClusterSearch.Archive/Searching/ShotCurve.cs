using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Moments;

namespace ClusterSearch.Archive.Searching;

/// <summary>A query's scores over one shot (or one gapless run), smoothed.</summary>
internal readonly record struct ShotCurve(VideoId Video, long[] Numbers, float[] Scores, SampleClock Clock)
{
    /// <summary>The moments of the part that lies in a window of seconds [from, to).</summary>
    public IEnumerable<FoundMoment> Moments((double From, double To) window, MomentOptions options, int maximum)
    {
        var seconds = Array.ConvertAll(Numbers, Clock.Seconds);
        var first = 0;
        while (first < seconds.Length && seconds[first] < window.From) first++;
        var end = seconds.Length;
        while (end > first && seconds[end - 1] >= window.To) end--;
        if (first == end) return [];
        var video = Video;
        return MomentFormation
            .InShot(Numbers.AsSpan(first, end - first), seconds.AsSpan(first, end - first), Clock.SpacingSeconds, Scores.AsSpan(first, end - first), options, maximum)
            .Select(candidate => new FoundMoment(video, candidate.Samples, candidate.Score, candidate.KeySample));
    }
}

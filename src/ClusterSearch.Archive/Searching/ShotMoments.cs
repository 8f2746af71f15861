using ClusterSearch.Core.Moments;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Archive.Searching;

/// <summary>Cuts one shot's smoothed score curve into moments, of the part that a filter lets pass.</summary>
internal static class ShotMoments
{
    public static IEnumerable<FoundMoment> Form(
        VideoContext video, long[] numbers, float[] smoothed, VectorFilter filter, MomentOptions options, int maximum)
    {
        if (!filter.Admits(video.Video.Id, video.Video.Attributes)) return [];
        var seconds = Array.ConvertAll(numbers, video.Grid.Seconds);
        var (from, to) = filter.Window(video.Video.Attributes);
        var first = 0;
        while (first < seconds.Length && seconds[first] < from) first++;
        var end = seconds.Length;
        while (end > first && seconds[end - 1] >= to) end--;
        if (first == end) return [];
        return MomentFormation
            .InShot(numbers.AsSpan(first, end - first), seconds.AsSpan(first, end - first), video.SampleSpacing, smoothed.AsSpan(first, end - first), options, maximum)
            .Select(candidate => new FoundMoment(video, candidate.Samples, candidate.Score, candidate.KeySample));
    }
}

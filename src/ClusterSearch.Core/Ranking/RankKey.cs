using ClusterSearch.Core.Footage;

namespace ClusterSearch.Core.Ranking;

/// <summary>
/// The total order of moments: score descending, then video, then start. Ascending by this key is best first; no two
/// different moments are equal, so a ranking does not depend on the order in which they were found.
/// </summary>
/// <param name="Score">A NaN ranks last.</param>
/// <param name="Start">First sample number or start in ticks: one of them for all.</param>
public readonly record struct RankKey(float Score, VideoId Video, long Start) : IComparable<RankKey>
{
    public int CompareTo(RankKey other)
    {
        var byScore = other.Score.CompareTo(Score);
        if (byScore != 0) return byScore;
        var byVideo = Video.CompareTo(other.Video);
        return byVideo != 0 ? byVideo : Start.CompareTo(other.Start);
    }
}

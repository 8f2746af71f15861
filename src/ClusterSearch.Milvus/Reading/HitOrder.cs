using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Milvus.Reading;

/// <summary>The total order of hits: score, falling, then video, then sample.</summary>
internal static class HitOrder
{
    public static int Compare(UnitHit left, UnitHit right)
    {
        var byBound = right.UpperBound.CompareTo(left.UpperBound);
        if (byBound != 0) return byBound;
        var byVideo = left.Unit.Video.CompareTo(right.Unit.Video);
        return byVideo != 0 ? byVideo : left.Unit.FirstSample.CompareTo(right.Unit.FirstSample);
    }

    public static int Compare(SampleHit left, SampleHit right)
    {
        var byScore = right.Score.CompareTo(left.Score);
        if (byScore != 0) return byScore;
        var byVideo = left.Video.CompareTo(right.Video);
        return byVideo != 0 ? byVideo : left.Number.CompareTo(right.Number);
    }
}

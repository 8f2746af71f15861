namespace ClusterSearch.Index.Scoring;

/// <summary>A sample and its score; of a unit, its best one.</summary>
/// <param name="Segment">Of the view.</param>
/// <param name="Unit">Of the segment.</param>
/// <param name="Sample">Counted from the unit's first.</param>
internal readonly record struct FoundSample(float Score, int Segment, int Unit, int Sample)
{
    /// <summary>By score, then video, then sample.</summary>
    public static int BestFirst(IndexView view, FoundSample left, FoundSample right)
    {
        var byScore = right.Score.CompareTo(left.Score);
        if (byScore != 0) return byScore;
        var (leftSegment, rightSegment) = (view.Segments[left.Segment], view.Segments[right.Segment]);
        var (leftUnit, rightUnit) = (leftSegment.Units[left.Unit], rightSegment.Units[right.Unit]);
        var byVideo = leftSegment.Videos.Ids[leftUnit.Video].CompareTo(rightSegment.Videos.Ids[rightUnit.Video]);
        return byVideo != 0 ? byVideo : (leftUnit.FirstSample + left.Sample).CompareTo(rightUnit.FirstSample + right.Sample);
    }
}

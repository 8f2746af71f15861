using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Index.Scoring;

/// <summary>Turns units found by their best sample into what callers get.</summary>
internal sealed class UnitHits(IndexView view, QueryVector query)
{
    private readonly UnitScorer _scorer = new(view, query);

    public IReadOnlyList<UnitHit> Of(List<FoundSample> found)
    {
        var hits = new UnitHit[found.Count];
        for (var i = 0; i < hits.Length; i++)
        {
            var segment = view.Segments[found[i].Segment];
            var unit = segment.Units[found[i].Unit];
            // Means of a damaged part say nothing; its samples do.
            var meanScore = segment.ArePiecesWhole(unit.FirstPiece, unit.PieceCount) ? _scorer.MeanScore(segment, unit) : found[i].Score;
            hits[i] = new UnitHit(new UnitKey(segment.Videos.Ids[unit.Video], unit.FirstSample, unit.ShotFirstSample, unit.Count), meanScore, found[i].Score);
        }
        return hits;
    }
}

namespace ClusterSearch.Core.Evaluation;

/// <summary>
/// Which ranks of an answer are hits at an IoU threshold. Greedy by rank: each result takes the relevant moment that it
/// overlaps most among those not yet taken (the first of equals), if the overlap reaches the threshold. A relevant moment counts
/// once, so a duplicate is a miss.
/// </summary>
public sealed class RankedHits
{
    private readonly bool[] _isHit;

    private RankedHits(bool[] isHit, int relevantCount)
    {
        _isHit = isHit;
        RelevantCount = relevantCount;
    }

    public int RelevantCount { get; }

    /// <param name="ranked">Best first.</param>
    /// <param name="relevant">In any order, at least one.</param>
    /// <param name="iou">Above 0 and at most 1.</param>
    public static RankedHits Match(IReadOnlyList<TimeRange> ranked, IReadOnlyList<TimeRange> relevant, double iou)
    {
        if (!(iou is > 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(iou), $"an IoU threshold is above 0 and at most 1, found {iou}");
        if (relevant.Count == 0) throw new ArgumentException("without a relevant moment there is nothing to measure", nameof(relevant));
        foreach (var range in ranked.Concat(relevant))
            if (!(range.End > range.Start)) throw new ArgumentException($"a moment ends after its start, found {range}");
        var taken = new bool[relevant.Count];
        var isHit = new bool[ranked.Count];
        for (var rank = 0; rank < isHit.Length; rank++)
        {
            var best = -1;
            double bestOverlap = 0;
            for (var i = 0; i < taken.Length; i++)
            {
                if (taken[i]) continue;
                var overlap = ranked[rank].IntersectionOverUnion(relevant[i]);
                if (overlap >= iou && overlap > bestOverlap) (best, bestOverlap) = (i, overlap);
            }
            if (best < 0) continue;
            taken[best] = true;
            isHit[rank] = true;
        }
        return new RankedHits(isHit, relevant.Count);
    }

    /// <summary>Hits among the first k / k: ranks that the answer leaves empty are misses.</summary>
    public double Precision(int k) => (double)HitsWithin(k) / k;

    /// <summary>Hits among the first k / relevant moments.</summary>
    public double Recall(int k) => (double)HitsWithin(k) / RelevantCount;

    /// <summary>Harmonic mean of precision and recall at k; 0 when both are.</summary>
    public double F1(int k)
    {
        double precision = Precision(k), recall = Recall(k);
        return precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
    }

    /// <summary>Mean over the relevant moments of the precision at the rank where each was found; 0 for one that was not.</summary>
    public double AveragePrecision()
    {
        double sum = 0;
        var hits = 0;
        for (var rank = 1; rank <= _isHit.Length; rank++)
            if (_isHit[rank - 1]) sum += (double)++hits / rank;
        return sum / RelevantCount;
    }

    /// <summary>
    /// DCG@k / IDCG@k with gain 1 for a hit and discount 1 / log2(rank + 1); the ideal answer has all relevant moments first
    /// (Järvelin and Kekäläinen 2002).
    /// </summary>
    public double NormalizedDiscountedCumulativeGain(int k)
    {
        double gain = 0, ideal = 0;
        for (var rank = 1; rank <= Math.Min(k, _isHit.Length); rank++)
            if (_isHit[rank - 1]) gain += 1 / Math.Log2(rank + 1);
        for (var rank = 1; rank <= Math.Min(k, RelevantCount); rank++) ideal += 1 / Math.Log2(rank + 1);
        return gain / ideal;
    }

    private int HitsWithin(int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        return _isHit.AsSpan(0, Math.Min(k, _isHit.Length)).Count(true);
    }
}

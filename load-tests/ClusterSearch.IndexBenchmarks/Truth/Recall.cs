namespace ClusterSearch.IndexBenchmarks.Truth;

/// <summary>How much of the best was found.</summary>
/// <param name="Tolerant">A hit counts when its exact score is at most <see cref="Tolerance"/> below the k-th exact score.</param>
/// <param name="Strict">A hit counts when it is one of the k best.</param>
internal readonly record struct Recall(double Tolerant, double Strict)
{
    /// <summary>Neighbours in a shot are near-ties; eight-bit scores cannot tell them apart.</summary>
    public const float Tolerance = 0.001f;

    /// <param name="truth">The best, in order; at least k unless there are no more.</param>
    /// <param name="found">In order, with exact scores.</param>
    /// <param name="k">How many count.</param>
    /// <returns>1 and 1 where there is nothing to find.</returns>
    public static Recall At(IReadOnlyList<Scored> truth, IReadOnlyList<Scored> found, int k)
    {
        var wanted = Math.Min(k, truth.Count);
        if (wanted == 0) return new Recall(1, 1);
        var best = truth.Take(wanted).Select(KeyOf).ToHashSet();
        var least = truth[wanted - 1].Score - Tolerance;
        var hits = found.Take(wanted).DistinctBy(KeyOf).ToList();
        return new Recall(
            (double)hits.Count(hit => hit.Score >= least) / wanted,
            (double)hits.Count(hit => best.Contains(KeyOf(hit))) / wanted);
    }

    private static (int, long) KeyOf(Scored scored) => (scored.Video, scored.Number);
}

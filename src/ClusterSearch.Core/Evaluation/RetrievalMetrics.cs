using System.Globalization;

namespace ClusterSearch.Core.Evaluation;

/// <summary>
/// All metrics of an answer under stable names: "map iou>=0.5", "r1 iou>=0.5", "ndcg@10 iou>=0.5", "recall@10 iou>=0.5",
/// "precision@10 iou>=0.5", "f1@10 iou>=0.5", for every k and every IoU threshold. All lie in [0, 1], higher is better.
/// <para>
/// No results: every metric is 0. No relevant moments: nothing can be measured, so there are no metrics, and
/// <see cref="Mean"/> leaves the query out.
/// </para>
/// </summary>
public static class RetrievalMetrics
{
    public static IReadOnlyList<int> DefaultCutoffs { get; } = [1, 5, 10];

    public static IReadOnlyList<double> DefaultThresholds { get; } = [0.3, 0.5, 0.7];

    /// <param name="ranked">The answer, best first.</param>
    /// <param name="relevant">What should be found, in any order.</param>
    /// <param name="cutoffs">The k's, at least 1; null: <see cref="DefaultCutoffs"/>.</param>
    /// <param name="thresholds">IoU thresholds, above 0 and at most 1; null: <see cref="DefaultThresholds"/>.</param>
    /// <returns>Names in the order above, threshold by threshold.</returns>
    /// <exception cref="ArgumentException">A range that does not end after its start, k or threshold out of range.</exception>
    public static IReadOnlyDictionary<string, double> Evaluate(
        IReadOnlyList<TimeRange> ranked, IReadOnlyList<TimeRange> relevant,
        IReadOnlyList<int>? cutoffs = null, IReadOnlyList<double>? thresholds = null)
    {
        var metrics = new OrderedDictionary<string, double>(StringComparer.Ordinal);
        if (relevant.Count == 0) return metrics;
        foreach (var threshold in thresholds ?? DefaultThresholds)
        {
            var hits = RankedHits.Match(ranked, relevant, threshold);
            var suffix = string.Create(CultureInfo.InvariantCulture, $"iou>={threshold}");
            metrics[$"map {suffix}"] = hits.AveragePrecision();
            metrics[$"r1 {suffix}"] = hits.Precision(1);
            foreach (var k in cutoffs ?? DefaultCutoffs)
            {
                var at = k.ToString(CultureInfo.InvariantCulture);
                metrics[$"ndcg@{at} {suffix}"] = hits.NormalizedDiscountedCumulativeGain(k);
                metrics[$"recall@{at} {suffix}"] = hits.Recall(k);
                metrics[$"precision@{at} {suffix}"] = hits.Precision(k);
                metrics[$"f1@{at} {suffix}"] = hits.F1(k);
            }
        }
        return metrics;
    }

    /// <summary>Means over queries, each metric over the queries that have it, names in the order of their first appearance.</summary>
    public static IReadOnlyDictionary<string, double> Mean(IEnumerable<IReadOnlyDictionary<string, double>> perQuery)
    {
        var sums = new OrderedDictionary<string, (double Sum, int Count)>(StringComparer.Ordinal);
        foreach (var metrics in perQuery)
            foreach (var (name, value) in metrics)
            {
                sums.TryGetValue(name, out var soFar);
                sums[name] = (soFar.Sum + value, soFar.Count + 1);
            }
        var means = new OrderedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var (name, (sum, count)) in sums) means[name] = sum / count;
        return means;
    }
}

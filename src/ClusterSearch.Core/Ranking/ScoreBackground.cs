namespace ClusterSearch.Core.Ranking;

/// <summary>
/// What a query scores on the bulk of the archive. Median and median absolute deviation, so that a few matches do not move
/// it.
/// </summary>
/// <param name="Median">Half of the samples score below.</param>
/// <param name="Deviation">1.4826 times the median distance from the median: the standard deviation of a normal distribution.</param>
/// <param name="Count">Samples that the best match was chosen from: those it was taken from, or all of which these are some.</param>
public readonly record struct ScoreBackground(double Median, double Deviation, long Count)
{
    /// <summary>Fewer samples tell nothing about a background.</summary>
    public const int MinimumCount = 20;

    /// <param name="scores">Raw scores of all or of evenly chosen samples, in any order.</param>
    /// <returns>Null for fewer than <see cref="MinimumCount"/>, and where more than half of the scores are equal.</returns>
    public static ScoreBackground? From(ReadOnlySpan<float> scores)
    {
        if (scores.Length < MinimumCount) return null;
        var sorted = scores.ToArray();
        Array.Sort(sorted);
        double median = sorted[(sorted.Length - 1) / 2];
        for (var i = 0; i < sorted.Length; i++) sorted[i] = (float)Math.Abs(sorted[i] - median);
        Array.Sort(sorted);
        var deviation = 1.4826 * sorted[(sorted.Length - 1) / 2];
        return deviation > 0 ? new ScoreBackground(median, deviation, scores.Length) : null;
    }

    /// <summary>Standard deviations above the median.</summary>
    public double ZScore(float score) => (score - Median) / Deviation;

    /// <summary>The highest z-score that <see cref="Count"/> samples without any match are expected to reach: sqrt(2 ln Count).</summary>
    public double ExpectedHighest => Math.Sqrt(2 * Math.Log(Math.Max(2, Count)));
}

namespace ClusterSearch.Core.Ranking;

/// <summary>
/// The probability that a score means a match, for models that have no calibration of their own: from how far it lies above
/// what the archive itself reaches by chance.
/// <para>
/// margin = z - sqrt(2 ln n): the score's distance from the background's median in its deviations, less the highest that n
/// samples without a match are expected to reach; relevance = sigmoid(Slope * margin + Offset). Offsets and factors common to all of a
/// model's cosines cancel in z. Slope and offset were fitted to judged moments (docs/benchmarks/calibration.md).
/// </para>
/// </summary>
public static class BackgroundRelevance
{
    /// <summary>A deviation more multiplies the odds by e to this.</summary>
    public const double Slope = 0.75;

    /// <summary>Log-odds at what chance is expected to reach.</summary>
    public const double Offset = -1.5;

    /// <param name="score">Of a moment.</param>
    /// <param name="background">Of the same query in the same archive; null where there is none.</param>
    /// <returns>0 to 1; null without a background.</returns>
    public static double? Of(float score, ScoreBackground? background) =>
        background is { } known ? 1 / (1 + Math.Exp(-(Slope * (known.ZScore(score) - known.ExpectedHighest) + Offset))) : null;
}

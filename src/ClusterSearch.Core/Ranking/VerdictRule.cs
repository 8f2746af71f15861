namespace ClusterSearch.Core.Ranking;

/// <summary>When an answer is good, doubtful, or nothing.</summary>
public sealed record VerdictThresholds
{
    public static VerdictThresholds Default { get; } = new();

    /// <summary>Relevance from which the best moment stands.</summary>
    public double OkRelevance { get; init; } = 0.5;

    /// <summary>
    /// Relevance from which the best moment is worth a look. With the starter model on real clips, right answers to poorly
    /// known words (a flower, galaxies) begin at .011, and .01 leaves out most queries without a match.
    /// </summary>
    public double WeakRelevance { get; init; } = 0.01;

    /// <summary>Without relevance: how far the best must lie above the background's expected highest, in deviations, to stand.</summary>
    public double OkMargin { get; init; } = 2;

    /// <summary>Without relevance: the same to be worth a look.</summary>
    public double WeakMargin { get; init; }
}

/// <summary>
/// Judges an answer by its best moment. With a calibrated relevance, by that alone: ok from .5, weak from .01. Without, by
/// whether the best stands out of the archive's background: its z-score against the highest that as many samples reach by
/// chance (<see cref="ScoreBackground.ExpectedHighest"/>); ok from 2 deviations beyond it, weak from 0. With neither it
/// cannot be told, which is weak. No moment is nothing.
/// </summary>
public static class VerdictRule
{
    /// <param name="bestScore">Score of the best moment; null when there is none.</param>
    /// <param name="bestRelevance">Its relevance; null where the model has no calibration.</param>
    /// <param name="background">Null when it is unknown, or not needed because there is a relevance.</param>
    /// <param name="thresholds">Null: <see cref="VerdictThresholds.Default"/>.</param>
    public static Verdict Decide(
        float? bestScore, double? bestRelevance, ScoreBackground? background = null, VerdictThresholds? thresholds = null)
    {
        if (bestScore is not { } score) return Verdict.Nothing;
        var limits = thresholds ?? VerdictThresholds.Default;
        if (bestRelevance is { } relevance) return Of(relevance, limits.WeakRelevance, limits.OkRelevance);
        if (background is not { } known) return Verdict.Weak;
        return Of(known.ZScore(score) - known.ExpectedHighest, limits.WeakMargin, limits.OkMargin);
    }

    private static Verdict Of(double value, double weakFrom, double okFrom) =>
        value >= okFrom ? Verdict.Ok : value >= weakFrom ? Verdict.Weak : Verdict.Nothing;
}

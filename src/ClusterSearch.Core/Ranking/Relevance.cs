namespace ClusterSearch.Core.Ranking;

/// <summary>A model's own probability that a score means a match: sigmoid(scale * score + bias), as SigLIP is trained (Zhai et al. 2023).</summary>
public static class Relevance
{
    /// <param name="score">A cosine, or a weighted mean of cosines.</param>
    /// <param name="scale">The model's logit scale, not its logarithm; null where it has none.</param>
    /// <param name="bias">The model's logit bias; null where it has none (CLIP's scale alone says nothing about one pair).</param>
    /// <returns>0 to 1; null without both.</returns>
    public static double? Of(float score, double? scale, double? bias) =>
        scale is { } factor && bias is { } offset ? 1 / (1 + Math.Exp(-(factor * score + offset))) : null;
}

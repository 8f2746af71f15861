using ClusterSearch.Index.Scoring;

namespace ClusterSearch.Index.Kernels;

/// <summary>
/// What turns a code into an estimate of a dot product: q·residual is about <see cref="Scale"/> · Σ ±q, without bias over the random
/// rotations, and differs by more than ε · |q| · <see cref="Error"/> with a probability of at most about 2 exp(−ε² / 2). Gao and Long,
/// "RaBitQ" (SIGMOD 2024), theorem 3.2.
/// </summary>
/// <param name="Scale">|r|² / |r|₁: with o = r / |r| and ō its signs over √D, ⟨ō, o⟩ = |r|₁ / (|r| √D), and the estimate is |r| · ⟨ō, q⟩ / ⟨ō, o⟩. 0 for a residual of zeros.</param>
/// <param name="Error">|r| · √((1 / ⟨ō, o⟩² − 1) / (D − 1)).</param>
/// <remarks>
/// As in the paper: signs of the rotated residual, the estimator and its bound. Departures: the dot product with the
/// vector is wanted, not a distance, so the centre's share is one constant for all rows; there is one centre, not one a cluster; the
/// query is not rounded to four bits at random, its sums of four coordinates are rounded to eight bits (<see cref="SignQuery"/>);
/// the rotation is of Hadamard rounds, as in the authors' library, where the paper has a dense matrix.
/// </remarks>
internal readonly record struct SignFactors(float Scale, float Error)
{
    /// <summary>Of one rotated residual; the same bits on every processor.</summary>
    public static SignFactors Of(ReadOnlySpan<float> residual)
    {
        var squared = DotKernel.Dot(residual, residual);
        var absolute = AbsoluteSum.Of(residual);
        if (squared == 0 || absolute == 0) return default;
        var lengthened = (double)residual.Length * squared / ((double)absolute * absolute);
        return new SignFactors((float)((double)squared / absolute), (float)Math.Sqrt(squared * Math.Max(0, lengthened - 1) / (residual.Length - 1)));
    }
}

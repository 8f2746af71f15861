namespace ClusterSearch.Core.Vectors;

/// <summary>
/// Dot products whose bits are the same on every machine: four double sums, component c into sum c mod 4, added as
/// (0 + 1) + (2 + 3). The widths of a processor's registers have no say. For decisions (cuts, folding, radii); stores score
/// with their own, faster ones.
/// </summary>
public static class DotProduct
{
    /// <exception cref="ArgumentException">Different lengths.</exception>
    public static double Of(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        if (left.Length != right.Length)
            throw new ArgumentException($"vectors of one dimension were expected, found {left.Length} and {right.Length}", nameof(right));
        double sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
        var c = 0;
        for (; c + 4 <= left.Length; c += 4)
        {
            sum0 += (double)left[c] * right[c];
            sum1 += (double)left[c + 1] * right[c + 1];
            sum2 += (double)left[c + 2] * right[c + 2];
            sum3 += (double)left[c + 3] * right[c + 3];
        }
        if (c < left.Length) sum0 += (double)left[c] * right[c];
        if (c + 1 < left.Length) sum1 += (double)left[c + 1] * right[c + 1];
        if (c + 2 < left.Length) sum2 += (double)left[c + 2] * right[c + 2];
        return sum0 + sum1 + (sum2 + sum3);
    }
}

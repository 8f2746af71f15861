namespace ClusterSearch.Core.Smoothing;

/// <summary>
/// The default smoothing, <see cref="SmoothingMethod.Shot"/>, within one gapless shot:
/// out[i] = sum over j in the shot with |j - i| &lt;= Radius of w[j - i] x[j], divided by the sum of those w.
/// <para>
/// Linear, and nothing is renormalised to length 1: a query's scores over smoothed vectors are the smoothed scores over
/// raw ones. Sums run over ascending j in double, one component at a time, and are rounded to float once: the same bits
/// on every machine.
/// </para>
/// </summary>
public static class HaloSmoothing
{
    /// <summary>Smooths a curve of scores.</summary>
    /// <param name="scores">One shot's samples with consecutive numbers, in order.</param>
    /// <param name="kernel">Null: <see cref="GaussianKernel.Default"/>.</param>
    /// <returns>As many scores.</returns>
    public static float[] Scores(ReadOnlySpan<float> scores, GaussianKernel? kernel = null)
    {
        var smoothed = new float[scores.Length];
        Smooth(scores, 1, kernel ?? GaussianKernel.Default, smoothed);
        return smoothed;
    }

    /// <summary>Smooths embeddings. The results are shorter than 1 where the shot changes.</summary>
    /// <param name="vectors">[n, dimension] row-major: one shot's samples with consecutive numbers, in order.</param>
    /// <param name="dimension">Length of a row.</param>
    /// <param name="kernel">Null: <see cref="GaussianKernel.Default"/>.</param>
    /// <returns>[n, dimension] row-major.</returns>
    /// <exception cref="ArgumentException">The vectors are not whole rows.</exception>
    public static float[] Vectors(ReadOnlySpan<float> vectors, int dimension, GaussianKernel? kernel = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        if (vectors.Length % dimension != 0)
            throw new ArgumentException($"rows of {dimension} were expected, found {vectors.Length} numbers", nameof(vectors));
        var smoothed = new float[vectors.Length];
        Smooth(vectors, dimension, kernel ?? GaussianKernel.Default, smoothed);
        return smoothed;
    }

    private static void Smooth(ReadOnlySpan<float> rows, int dimension, GaussianKernel kernel, Span<float> smoothed)
    {
        var count = rows.Length / dimension;
        var weights = kernel.Weights;
        var sums = new double[dimension];
        for (var i = 0; i < count; i++)
        {
            var first = Math.Max(0, i - kernel.Radius);
            var last = Math.Min(count - 1, i + kernel.Radius);
            double weightSum = 0;
            Array.Clear(sums);
            for (var j = first; j <= last; j++)
            {
                var weight = weights[j - i + kernel.Radius];
                weightSum += weight;
                var row = rows.Slice(j * dimension, dimension);
                for (var c = 0; c < row.Length; c++) sums[c] += weight * row[c];
            }
            var target = smoothed.Slice(i * dimension, dimension);
            for (var c = 0; c < target.Length; c++) target[c] = (float)(sums[c] / weightSum);
        }
    }
}

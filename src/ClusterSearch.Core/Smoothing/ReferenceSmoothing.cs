namespace ClusterSearch.Core.Smoothing;

/// <summary>
/// The published smoothing, <see cref="SmoothingMethod.Reference"/>, kept exactly as the yardstick: over a whole video,
/// shots or not, each sample becomes the Gaussian sum of itself and its neighbours (kernel 11, sigma 1.8 samples, valid
/// mode: only where the whole kernel fits) and is then renormalised to length 1. The 5 samples at either end of every
/// run of consecutive numbers are lost; a run shorter than 11 is lost wholly.
/// </summary>
public static class ReferenceSmoothing
{
    /// <param name="numbers">Sample numbers of one video, ascending.</param>
    /// <param name="vectors">[numbers.Length, dimension] row-major.</param>
    /// <param name="dimension">Length of a row.</param>
    /// <returns>The numbers that remain and their vectors, row-major, each of length 1 (one that vanishes stays zero).</returns>
    /// <exception cref="ArgumentException">Numbers that do not ascend, or not as many rows.</exception>
    public static (long[] Numbers, float[] Vectors) Vectors(ReadOnlySpan<long> numbers, ReadOnlySpan<float> vectors, int dimension)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        if (vectors.Length != (long)numbers.Length * dimension)
            throw new ArgumentException($"{numbers.Length} rows of {dimension} were expected, found {vectors.Length} numbers", nameof(vectors));
        var kernel = GaussianKernel.Default;
        var kept = new List<int>();
        for (int runStart = 0, i = 1; i <= numbers.Length; i++)
        {
            if (i < numbers.Length && numbers[i] <= numbers[i - 1])
                throw new ArgumentException($"sample numbers ascend, entry {i} does not", nameof(numbers));
            if (i < numbers.Length && numbers[i] == numbers[i - 1] + 1) continue;
            for (var middle = runStart + kernel.Radius; middle < i - kernel.Radius; middle++) kept.Add(middle);
            runStart = i;
        }

        var keptNumbers = new long[kept.Count];
        var smoothed = new float[kept.Count * dimension];
        var sums = new double[dimension];
        for (var k = 0; k < kept.Count; k++)
        {
            keptNumbers[k] = numbers[kept[k]];
            Array.Clear(sums);
            for (var offset = 0; offset < kernel.Size; offset++)
            {
                var row = vectors.Slice((kept[k] - kernel.Radius + offset) * dimension, dimension);
                for (var c = 0; c < dimension; c++) sums[c] += kernel.Weights[offset] * row[c];
            }
            double squares = 0;
            foreach (var sum in sums) squares += sum * sum;
            var length = squares > 0 ? Math.Sqrt(squares) : 1;
            for (var c = 0; c < dimension; c++) smoothed[k * dimension + c] = (float)(sums[c] / length);
        }
        return (keptNumbers, smoothed);
    }
}

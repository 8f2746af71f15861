namespace ClusterSearch.Core.Vectors;

/// <summary>
/// Makes units of a run of samples: split where a shot starts, at gaps in the numbers, and at numbers divisible by
/// <see cref="Unit.MaximumSamples"/>, so that the split does not depend on where the run begins.
/// </summary>
public static class UnitBuilder
{
    // Unit roundoff of float: half the distance from 1 to the next number.
    private const double Roundoff = 1.0 / (1 << 24);

    /// <param name="numbers">Sample numbers of one video, ascending, with or without gaps.</param>
    /// <param name="seconds">Seconds from the video's first frame to each.</param>
    /// <param name="vectors">[n, dimension] row-major raw embeddings of length 1.</param>
    /// <param name="dimension">Length of a row.</param>
    /// <param name="shotStarts">
    /// Entry i is true when a shot starts at sample i, as from <see cref="Shots.ShotDetection.ShotStarts"/>; entry 0 is not
    /// looked at. A gap starts a shot whatever the entry says.
    /// </param>
    /// <param name="firstShotFirstSample">First sample of the shot that entry 0 belongs to: its own number unless the run begins inside a shot.</param>
    /// <returns>Units in order.</returns>
    /// <exception cref="ArgumentException">Columns of different lengths, numbers that do not ascend.</exception>
    public static IReadOnlyList<Unit> Build(
        long[] numbers, double[] seconds, float[] vectors, int dimension, bool[] shotStarts, long firstShotFirstSample)
    {
        Check(numbers, seconds, vectors, dimension, shotStarts, firstShotFirstSample);
        var units = new List<Unit>();
        var shot = firstShotFirstSample;
        for (int start = 0, i = 1; i <= numbers.Length; i++)
        {
            var shotEnds = i < numbers.Length && (shotStarts[i] || numbers[i] != numbers[i - 1] + 1);
            if (i < numbers.Length && !shotEnds && numbers[i] % Unit.MaximumSamples != 0) continue;
            units.Add(One(numbers[start], shot, seconds[start..i], vectors[(start * dimension)..(i * dimension)], dimension));
            if (shotEnds) shot = numbers[i];
            start = i;
        }
        return units;
    }

    private static Unit One(long firstSample, long shotFirstSample, double[] seconds, float[] vectors, int dimension)
    {
        var mean = new float[dimension];
        for (var c = 0; c < dimension; c++)
        {
            double sum = 0;
            for (var row = 0; row < seconds.Length; row++) sum += vectors[row * dimension + c];
            mean[c] = (float)(sum / seconds.Length);
        }
        return new Unit
        {
            FirstSample = firstSample,
            ShotFirstSample = shotFirstSample,
            Seconds = seconds,
            Vectors = vectors,
            Mean = mean,
            Radius = RadiusAround(mean, vectors, dimension),
        };
    }

    /// <summary>
    /// The largest distance, plus what float arithmetic may lose. A dot product of d floats, summed in any order, with or
    /// without fused multiply-add, is off by at most g |a||b| with g = d u / (1 - d u), u = 2^-24 (Higham, Accuracy and
    /// Stability of Numerical Algorithms, 2nd ed., section 3.1). So that the computed q·mean + |q|·radius is at least every computed q·x,
    /// the radius makes up for both products, for |q| and for the last two roundings; 8 more terms stand for those.
    /// </summary>
    private static float RadiusAround(float[] mean, float[] vectors, int dimension)
    {
        double meanLength = Math.Sqrt(DotProduct.Of(mean, mean)), largestLength = 0, largestDistance = 0;
        for (var row = 0; row < vectors.Length / dimension; row++)
        {
            double squaredDistance = 0, squaredLength = 0;
            for (var c = 0; c < dimension; c++)
            {
                double value = vectors[row * dimension + c], difference = value - mean[c];
                squaredDistance += difference * difference;
                squaredLength += value * value;
            }
            largestDistance = Math.Max(largestDistance, Math.Sqrt(squaredDistance));
            largestLength = Math.Max(largestLength, Math.Sqrt(squaredLength));
        }
        var terms = (dimension + 8) * Roundoff;
        var loss = terms / (1 - terms);
        var radius = (largestDistance + loss * (meanLength + largestLength)) * (1 + loss);
        return float.BitIncrement((float)radius);
    }

    private static void Check(
        long[] numbers, double[] seconds, float[] vectors, int dimension, bool[] shotStarts, long firstShotFirstSample)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        var count = numbers.Length;
        if (seconds.Length != count || shotStarts.Length != count || vectors.Length != (long)count * dimension)
            throw new ArgumentException(
                $"{count} seconds, shot starts and rows of {dimension} were expected, found {seconds.Length}, {shotStarts.Length} and {vectors.Length} numbers", nameof(numbers));
        for (var i = 1; i < count; i++)
            if (numbers[i] <= numbers[i - 1]) throw new ArgumentException($"sample numbers ascend, entry {i} does not", nameof(numbers));
        if (count > 0 && (firstShotFirstSample < 0 || firstShotFirstSample > numbers[0]))
            throw new ArgumentException($"the first shot starts at or before sample {numbers[0]}, found {firstShotFirstSample}", nameof(firstShotFirstSample));
    }
}

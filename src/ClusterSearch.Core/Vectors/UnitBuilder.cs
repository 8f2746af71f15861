using System.Runtime.Intrinsics;

namespace ClusterSearch.Core.Vectors;

/// <summary>
/// Makes units of a run of samples: split where a shot starts, at gaps in the numbers, and at numbers divisible by
/// <see cref="Unit.MaximumSamples"/>, so that the split does not depend on where the run begins.
/// </summary>
public static class UnitBuilder
{
    // Unit roundoff of float: half the distance from 1 to the next number.
    private const double Roundoff = 1.0 / (1 << 24);

    private static readonly int Lanes = Vector256<float>.Count;

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
        var mean = Mean(vectors, seconds.Length, dimension);
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

    /// <summary>Each component's sum runs over the rows in order, whatever the width of registers: the same bits everywhere.</summary>
    private static float[] Mean(ReadOnlySpan<float> vectors, int count, int dimension)
    {
        var sums = new double[dimension];
        for (var row = 0; row < count; row++)
        {
            var values = vectors.Slice(row * dimension, dimension);
            var c = 0;
            for (; c + Lanes <= dimension; c += Lanes)
            {
                var (lower, upper) = Vector256.Widen(Vector256.Create(values[c..]));
                (Vector256.Create(sums.AsSpan(c)) + lower).CopyTo(sums.AsSpan(c));
                (Vector256.Create(sums.AsSpan(c + Lanes / 2)) + upper).CopyTo(sums.AsSpan(c + Lanes / 2));
            }
            for (; c < dimension; c++) sums[c] += values[c];
        }
        return Array.ConvertAll(sums, sum => (float)(sum / count));
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
            var (squaredDistance, squaredLength) = Squares(mean, vectors.AsSpan(row * dimension, dimension));
            largestDistance = Math.Max(largestDistance, Math.Sqrt(squaredDistance));
            largestLength = Math.Max(largestLength, Math.Sqrt(squaredLength));
        }
        var terms = (dimension + 8) * Roundoff;
        var loss = terms / (1 - terms);
        var radius = (largestDistance + loss * (meanLength + largestLength)) * (1 + loss);
        return float.BitIncrement((float)radius);
    }

    /// <summary>Squared distance of a row from the mean and its squared length, in eight sums each, whatever the width of registers.</summary>
    private static (double Distance, double Length) Squares(ReadOnlySpan<float> mean, ReadOnlySpan<float> row)
    {
        Vector256<double> distance0 = default, distance1 = default, length0 = default, length1 = default;
        var c = 0;
        for (; c + Lanes <= row.Length; c += Lanes)
        {
            var (value0, value1) = Vector256.Widen(Vector256.Create(row[c..]));
            var (mean0, mean1) = Vector256.Widen(Vector256.Create(mean[c..]));
            var (difference0, difference1) = (value0 - mean0, value1 - mean1);
            distance0 += difference0 * difference0;
            distance1 += difference1 * difference1;
            length0 += value0 * value0;
            length1 += value1 * value1;
        }
        var (distance, length) = (Vector256.Sum(distance0 + distance1), Vector256.Sum(length0 + length1));
        for (; c < row.Length; c++)
        {
            double value = row[c], difference = value - mean[c];
            distance += difference * difference;
            length += value * value;
        }
        return (distance, length);
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

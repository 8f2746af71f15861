using System.Globalization;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Conformance.Vectors;

/// <summary>Units of made-up videos: shots of samples that look alike, one a second.</summary>
public static class Footage
{
    public static VideoId Id(int number) => VideoId.Parse(number.ToString("x32", CultureInfo.InvariantCulture));

    public static VideoAttributes Nowhere { get; } = new(null, null, null);

    /// <summary>A direction of length 1.</summary>
    public static float[] Direction(Random random, int dimension) => Normalised(Noise(random, dimension));

    /// <summary>Samples [first, first + count), in shots of 1 to 20 whose samples have a cosine of about .95 with each other.</summary>
    public static IReadOnlyList<Unit> Units(Random random, long first, int count, int dimension)
    {
        var vectors = new float[count * dimension];
        var starts = new bool[count];
        float[] centre = [];
        for (int i = 0, left = 0; i < count; i++, left--)
        {
            if (left == 0)
            {
                (centre, left, starts[i]) = (Direction(random, dimension), random.Next(1, 21), true);
            }
            var noise = Noise(random, dimension);
            var sample = Normalised([.. centre.Select((value, c) => value + 0.23f * noise[c])]);
            sample.CopyTo(vectors, i * dimension);
        }
        long[] numbers = [.. Enumerable.Range(0, count).Select(i => first + i)];
        return UnitBuilder.Build(numbers, [.. numbers.Select(number => number * 1.0)], vectors, dimension, starts, first);
    }

    /// <summary>One unit of the given samples, one a second.</summary>
    public static Unit UnitOf(long first, params float[][] samples) => UnitBuilder.Build(
        [.. samples.Select((_, i) => first + i)], [.. samples.Select((_, i) => (double)(first + i))],
        [.. samples.SelectMany(sample => sample)], samples[0].Length, new bool[samples.Length], first).Single();

    public static float[] Normalised(float[] vector)
    {
        var length = Math.Sqrt(DotProduct.Of(vector, vector));
        return Array.ConvertAll(vector, value => (float)(value / length));
    }

    // Of length about 1.
    private static float[] Noise(Random random, int dimension)
    {
        var noise = new float[dimension];
        for (var c = 0; c < dimension; c++)
            noise[c] = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()) / Math.Sqrt(dimension));
        return noise;
    }
}

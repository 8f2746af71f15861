using System.Globalization;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.IndexBenchmarks;

/// <summary>
/// Videos of 1,000 samples in shots of 4 to 40 whose samples have a cosine of about .95 with their neighbours. Shots of the
/// whole archive lie around 64 subjects (cosine of about .5 with their subject). Everything follows from the seed.
/// </summary>
internal sealed class MadeUpFootage
{
    public const int SamplesPerVideo = 1000;

    private readonly int _dimension;
    private readonly int _seed;
    private readonly float[][] _subjects;

    public MadeUpFootage(int dimension, int seed)
    {
        (_dimension, _seed) = (dimension, seed);
        var random = new Random(seed);
        _subjects = [.. Enumerable.Range(0, 64).Select(_ => Near(new float[dimension], 1, random))];
    }

    public static VideoId Id(int video) => VideoId.Parse(video.ToString("x32", CultureInfo.InvariantCulture));

    /// <summary>A query that means a subject, as a text means what it names.</summary>
    public float[] Query(int number) => Near(_subjects[number % _subjects.Length], 1, new Random(_seed + 1000 + number));

    public IReadOnlyList<Unit> Video(int video, int samples)
    {
        var random = new Random(unchecked(_seed * 1_000_003 + video));
        var vectors = new float[samples * _dimension];
        var starts = new bool[samples];
        float[] centre = [];
        for (int i = 0, left = 0; i < samples; i++, left--)
        {
            if (left == 0)
            {
                (left, starts[i]) = (random.Next(4, 41), true);
                centre = Near(_subjects[random.Next(_subjects.Length)], 1.7f, random);
            }
            Near(centre, 0.23f, random).CopyTo(vectors, i * _dimension);
        }
        long[] numbers = [.. Enumerable.Range(0, samples)];
        return UnitBuilder.Build(numbers, Array.ConvertAll(numbers, number => (double)number), vectors, _dimension, starts, 0);
    }

    /// <summary>A direction at a distance from another, both of length 1.</summary>
    private float[] Near(float[] centre, float distance, Random random)
    {
        var near = new float[_dimension];
        var scale = distance * Math.Sqrt(3.0 / _dimension);
        double squares = 0;
        for (var c = 0; c < near.Length; c++)
        {
            near[c] = centre[c] + (float)(scale * (2 * random.NextDouble() - 1));
            squares += (double)near[c] * near[c];
        }
        var length = (float)(1 / Math.Sqrt(squares));
        for (var c = 0; c < near.Length; c++) near[c] *= length;
        return near;
    }
}

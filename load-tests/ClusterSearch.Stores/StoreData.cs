using System.Globalization;
using System.Numerics.Tensors;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Stores;

/// <summary>
/// Videos of a thousand samples without footage: shots of 4 to 20 samples around mixes of the model's own text vectors with noise,
/// neighbours with a cosine of about .95; queries are text vectors. Everything follows from the seed.
/// </summary>
internal sealed class StoreData
{
    private const int SamplesPerVideo = 1000;

    public StoreData(IImageTextModel model, int samples, int queries, int seed)
    {
        var random = new Random(seed);
        var labels = model.Facts.Labels ?? throw new InvalidOperationException("the model names no labels");
        var motifs = Enumerable.Range(0, 64).Select(i => model.Texts.Encode(labels[i * 15 % labels.Count])).ToArray();
        Queries = [.. Enumerable.Range(0, queries).Select(i => model.Texts.Encode($"a photo of a {labels[(i * 7 + 3) % labels.Count]}"))];
        Videos = [.. Enumerable.Range(0, samples / SamplesPerVideo).Select(video => VideoOf(video, motifs, random))];
        Samples = Videos.Sum(video => video.Units.Sum(unit => unit.Count));
        Units = Videos.Sum(video => video.Units.Count);
    }

    public IReadOnlyList<float[]> Queries { get; }

    public IReadOnlyList<UnitReplacement> Videos { get; }

    public int Samples { get; }

    public int Units { get; }

    /// <summary>The best samples by their exact score.</summary>
    public HashSet<(VideoId, long)> Exact(float[] query, int count)
    {
        var best = new PriorityQueue<(VideoId, long), float>();
        foreach (var video in Videos)
        {
            foreach (var unit in video.Units)
            {
                for (var i = 0; i < unit.Count; i++)
                {
                    var score = TensorPrimitives.Dot(query, unit.Vectors.AsSpan(i * query.Length, query.Length));
                    best.Enqueue((video.Video, unit.FirstSample + i), score);
                    if (best.Count > count) best.Dequeue();
                }
            }
        }
        return [.. best.UnorderedItems.Select(item => item.Element)];
    }

    private static UnitReplacement VideoOf(int index, float[][] motifs, Random random)
    {
        var dimension = motifs[0].Length;
        var vectors = new float[SamplesPerVideo * dimension];
        var starts = new bool[SamplesPerVideo];
        float[] centre = [];
        for (int i = 0, left = 0; i < SamplesPerVideo; i++, left--)
        {
            if (left == 0) (centre, left, starts[i]) = (Mix(motifs, random), random.Next(4, 21), true);
            Normalised(centre, 0.23f, random).CopyTo(vectors, i * dimension);
        }
        long[] numbers = [.. Enumerable.Range(0, SamplesPerVideo).Select(i => (long)i)];
        var units = UnitBuilder.Build(numbers, [.. numbers.Select(number => (double)number)], vectors, dimension, starts, 0);
        var id = VideoId.Parse(index.ToString("x32", CultureInfo.InvariantCulture));
        return new UnitReplacement(id, new VideoAttributes($"camera {index % 8}", null, DateTimeOffset.UnixEpoch.AddHours(index)), new SampleRange(0, SamplesPerVideo), units);
    }

    /// <summary>One motif, another with less weight, and noise.</summary>
    private static float[] Mix(float[][] motifs, Random random)
    {
        var (first, second, weight) = (motifs[random.Next(motifs.Length)], motifs[random.Next(motifs.Length)], (float)random.NextDouble());
        return Normalised([.. first.Select((value, c) => value + weight * second[c])], 1f, random);
    }

    /// <param name="noise">Length of the noise beside a vector of length 1.</param>
    private static float[] Normalised(float[] vector, float noise, Random random)
    {
        var deviation = noise / Math.Sqrt(vector.Length);
        var sum = Array.ConvertAll(vector, value => value + (float)(deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())));
        var length = Math.Sqrt(DotProduct.Of(sum, sum));
        return Array.ConvertAll(sum, value => (float)(value / length));
    }
}

using System.Numerics.Tensors;

namespace ClusterSearch.Core.Embeddings;

/// <summary>
/// How far the embeddings of late lie from those of long: the cosine distance of two running means, one over about
/// <see cref="RecentSamples"/> samples, one over about <see cref="LongSamples"/>. New kinds of footage move it a little and
/// for a while; a camera gone dark, a broken decoder or another preprocessing moves it much and for good. Safe for many
/// threads.
/// </summary>
/// <param name="dimension">Of the embeddings.</param>
public sealed class EmbeddingDrift(int dimension)
{
    public const int RecentSamples = 1024;
    public const int LongSamples = 65536;

    private readonly Lock _lock = new();
    private readonly float[] _recent = new float[dimension];
    private readonly float[] _long = new float[dimension];
    private long _count;

    /// <param name="vectors">Samples * dimension numbers, each vector of length 1.</param>
    /// <returns>0 (the same direction) to 2; null before twice <see cref="RecentSamples"/>, when there is nothing to compare.</returns>
    public double? Add(ReadOnlySpan<float> vectors)
    {
        lock (_lock)
        {
            for (var at = 0; at < vectors.Length; at += dimension)
            {
                _count++;
                Move(_recent, vectors.Slice(at, dimension), RecentSamples);
                Move(_long, vectors.Slice(at, dimension), LongSamples);
            }
            return _count < 2 * RecentSamples ? null : Math.Clamp(1 - TensorPrimitives.CosineSimilarity<float>(_recent, _long), 0, 2);
        }
    }

    /// <summary>The plain mean until there are as many samples as its length; from then on old ones fade.</summary>
    private void Move(float[] mean, ReadOnlySpan<float> vector, int length)
    {
        var share = 1f / Math.Min(_count, length);
        TensorPrimitives.Multiply(mean, 1 - share, mean);
        TensorPrimitives.MultiplyAdd(vector, share, mean, mean);
    }
}

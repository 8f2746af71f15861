using ClusterSearch.Core.Footage;

namespace ClusterSearch.Core.Embeddings;

/// <summary>
/// Port to raw embeddings by sample number, whichever file holds them: what a vector store without vectors of its own on this
/// host scores with.
/// </summary>
public interface ISampleVectors
{
    /// <returns>The samples of the range that are there, in order of their number; null for a video of which nothing is.</returns>
    /// <exception cref="ClusterSearchException">archive.corrupt: a file that counts is missing or broken.</exception>
    ValueTask<SampleRows?> ReadAsync(string encodingId, VideoId video, SampleRange range, CancellationToken cancellation);
}

/// <param name="Numbers">Ascending.</param>
/// <param name="Vectors">[Numbers.Length, Dimension] float32, row-major; each row of length 1.</param>
public sealed record SampleRows(int Dimension, long[] Numbers, float[] Vectors)
{
    public ReadOnlySpan<float> Vector(int index) => Vectors.AsSpan(index * Dimension, Dimension);
}

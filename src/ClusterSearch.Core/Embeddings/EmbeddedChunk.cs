using ClusterSearch.Core.Footage;

namespace ClusterSearch.Core.Embeddings;

/// <summary>
/// Raw embeddings of one chunk: what a vector file holds. Columns have <see cref="Count"/> entries, in ascending order
/// of sample number; a number that is absent could not be decoded.
/// </summary>
public sealed record EmbeddedChunk
{
    public required int Dimension { get; init; }

    public required long[] Numbers { get; init; }

    public required SampleTiming[] Timings { get; init; }

    /// <summary>[Count, Dimension] float32, row-major; each row of length 1.</summary>
    public required float[] Vectors { get; init; }

    public int LabelsPerSample { get; init; }

    /// <summary>[Count, LabelsPerSample], best first.</summary>
    public LabelScore[] Labels { get; init; } = [];

    public int Count => Numbers.Length;

    public ReadOnlySpan<float> Vector(int index) => Vectors.AsSpan(index * Dimension, Dimension);

    public ReadOnlySpan<LabelScore> LabelsOf(int index) => Labels.AsSpan(index * LabelsPerSample, LabelsPerSample);
}

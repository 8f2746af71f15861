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

    /// <summary>Pieces of one video in order, as one.</summary>
    public static EmbeddedChunk Join(IReadOnlyList<EmbeddedChunk> pieces) => pieces.Count == 1 ? pieces[0] : new EmbeddedChunk
    {
        Dimension = pieces[0].Dimension,
        Numbers = [.. pieces.SelectMany(piece => piece.Numbers)],
        Timings = [.. pieces.SelectMany(piece => piece.Timings)],
        Vectors = Concatenate([.. pieces.Select(piece => piece.Vectors)]),
        LabelsPerSample = pieces[0].LabelsPerSample,
        Labels = [.. pieces.SelectMany(piece => piece.Labels)],
    };

    private static float[] Concatenate(float[][] parts)
    {
        var whole = new float[parts.Sum(part => part.Length)];
        var at = 0;
        foreach (var part in parts)
        {
            part.CopyTo(whole, at);
            at += part.Length;
        }
        return whole;
    }
}

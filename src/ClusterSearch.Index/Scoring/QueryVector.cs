using ClusterSearch.Index.Kernels;

namespace ClusterSearch.Index.Scoring;

/// <summary>A query in the forms in which it meets what is stored.</summary>
internal sealed class QueryVector
{
    public QueryVector(float[] given, RandomRotation rotation)
    {
        Given = given;
        Rotated = new float[rotation.PaddedDimension];
        rotation.Rotate(given, Rotated);
        Signs = new SignQuery(Rotated);
        Bytes = new ByteQuery(Rotated);
        var squared = 0d;
        foreach (var value in Bytes.Values) squared += (double)value * value;
        Length = MathF.BitIncrement((float)(Math.Sqrt(squared) * Bytes.Step));
    }

    public float[] Given { get; }

    public float[] Rotated { get; }

    /// <summary>Against codes.</summary>
    public SignQuery Signs { get; }

    /// <summary>Against bytes: what all scores come from.</summary>
    public ByteQuery Bytes { get; }

    /// <summary>Of what <see cref="Bytes"/> stands for, rounded up.</summary>
    public float Length { get; }

    /// <summary>How far samples lie above means along it, in radii, of each level where it was asked for.</summary>
    public float?[] Spreads { get; } = new float?[2];

    /// <summary>Its dot product with a rotated centre.</summary>
    public float Offset(ReadOnlySpan<float> centre) => DotKernel.Dot(Rotated, centre);
}

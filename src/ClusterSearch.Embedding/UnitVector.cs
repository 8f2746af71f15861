using ClusterSearch.Core;

namespace ClusterSearch.Embedding;

/// <summary>Length one, by a sum in float64 in ascending order of index, so that the same numbers always give the same bits.</summary>
internal static class UnitVector
{
    /// <summary>Below this a direction is noise.</summary>
    public const double SmallestNorm = 1e-6;

    /// <exception cref="ClusterSearchException">model.broken: a number is not finite, or the length is at most <see cref="SmallestNorm"/>.</exception>
    public static void Write(ReadOnlySpan<float> raw, Span<float> unit, string graph)
    {
        var sum = 0.0;
        foreach (var number in raw) sum += (double)number * number;
        var norm = Math.Sqrt(sum);
        if (!double.IsFinite(norm)) throw new ClusterSearchException(ErrorCodes.ModelBroken, $"{graph} gave a vector that is not finite; the file is damaged or its precision does not suit this provider");
        if (norm <= SmallestNorm) throw new ClusterSearchException(ErrorCodes.ModelBroken, $"{graph} gave a vector without length; the file is damaged");
        for (var i = 0; i < raw.Length; i++) unit[i] = (float)(raw[i] / norm);
    }
}

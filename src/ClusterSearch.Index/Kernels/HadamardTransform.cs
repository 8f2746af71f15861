namespace ClusterSearch.Index.Kernels;

/// <summary>
/// The Walsh-Hadamard transform, not normalised: log2(n) rounds in which pairs become their sum and their difference.
/// </summary>
internal static class HadamardTransform
{
    /// <param name="values">A power of two, 64 or more; changed in place.</param>
    public static void Run(Span<float> values)
    {
        for (var half = 1; half < values.Length; half *= 2)
            for (var start = 0; start < values.Length; start += 2 * half)
                for (var i = start; i < start + half; i++)
                    (values[i], values[i + half]) = (values[i] + values[i + half], values[i] - values[i + half]);
    }
}

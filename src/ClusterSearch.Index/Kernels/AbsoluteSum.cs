using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ClusterSearch.Index.Kernels;

/// <summary>Σ |x| in one fixed order of summation: 32 lanes as <see cref="Scoring.DotKernel"/> has them.</summary>
internal static class AbsoluteSum
{
    /// <param name="values">A multiple of 64.</param>
    public static float Of(ReadOnlySpan<float> values)
    {
        ref var start = ref MemoryMarshal.GetReference(values);
        Vector256<float> a = default, b = default, c = default, d = default;
        for (nuint i = 0; i < (nuint)values.Length; i += 32)
        {
            a += Vector256.Abs(Vector256.LoadUnsafe(ref start, i));
            b += Vector256.Abs(Vector256.LoadUnsafe(ref start, i + 8));
            c += Vector256.Abs(Vector256.LoadUnsafe(ref start, i + 16));
            d += Vector256.Abs(Vector256.LoadUnsafe(ref start, i + 24));
        }
        var eight = (a + c) + (b + d);
        var four = eight.GetLower() + eight.GetUpper();
        return (four[0] + four[2]) + (four[1] + four[3]);
    }
}

using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ClusterSearch.Index.Kernels;

/// <summary>
/// Rotated vectors as signed bytes with one scale a row: value ≈ scale · byte, scale = max |value| / 127. After the
/// rotation no coordinate stands out (the largest of 512 is about 3.2 times the usual), so one scale serves all of them.
/// </summary>
internal static class ByteRows
{
    public const int Reach = 127;

    // Below it the scale would leave the range of floats.
    private const float Least = 1e-30f;

    /// <summary>Rounds one rotated row to the nearest bytes, ties to even; the same bits on every processor.</summary>
    /// <param name="rotated">A padded dimension of finite values.</param>
    /// <param name="bytes">As many; each in [-127, 127].</param>
    /// <returns>The scale; 0 for a row of zeros, and for one without a value of 1e-30.</returns>
    public static float Quantize(ReadOnlySpan<float> rotated, Span<sbyte> bytes)
    {
        ref var values = ref MemoryMarshal.GetReference(rotated);
        ref var target = ref MemoryMarshal.GetReference(bytes[..rotated.Length]);
        var largest = Largest(ref values, rotated.Length);
        if (largest < Least)
        {
            bytes[..rotated.Length].Clear();
            return 0;
        }
        var perUnit = Reach / largest;
        for (nuint i = 0; i < (nuint)rotated.Length; i += 32)
        {
            var (first, second) = (Round(ref values, i, perUnit), Round(ref values, i + 16, perUnit));
            Vector256.Narrow(first, second).StoreUnsafe(ref target, i);
        }
        return largest / Reach;
    }

    private static float Largest(ref float values, int count)
    {
        var (even, odd) = (Vector256<float>.Zero, Vector256<float>.Zero);
        for (nuint i = 0; i < (nuint)count; i += 16)
        {
            even = Vector256.Max(even, Vector256.Abs(Vector256.LoadUnsafe(ref values, i)));
            odd = Vector256.Max(odd, Vector256.Abs(Vector256.LoadUnsafe(ref values, i + 8)));
        }
        var eight = Vector256.Max(even, odd);
        var four = Vector128.Max(eight.GetLower(), eight.GetUpper());
        return Math.Max(Math.Max(four[0], four[1]), Math.Max(four[2], four[3]));
    }

    // 127 / largest and its products are rounded, so the largest itself may land a hair above 127: never as far as 127.5.
    private static Vector256<short> Round(ref float values, nuint i, float perUnit) => Vector256.Narrow(
        Vector256.ConvertToInt32(Vector256.Round(Vector256.LoadUnsafe(ref values, i) * perUnit)),
        Vector256.ConvertToInt32(Vector256.Round(Vector256.LoadUnsafe(ref values, i + 8) * perUnit)));
}
